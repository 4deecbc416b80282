/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of numbers. */
#include <stdlib.h>

#include "check/check.h"

struct osim__item *osim__bag_find(const struct osim__bag *bag, uint64_t key)
{
	/* What came last is asked for first. */
	for (size_t i = bag->count; i-- > 0;)
		if (bag->items[i].key == key)
			return &bag->items[i];
	return NULL;
}

bool osim__bag_put(struct osim__bag *bag, uint64_t key, uint64_t a, uint64_t b)
{
	struct osim__item *item = osim__bag_find(bag, key);

	if (!item && bag->count == bag->size) {
		size_t size = bag->size ? 2 * bag->size : 16;

		item = realloc(bag->items, size * sizeof(*item));
		if (!item)
			return false;
		bag->items = item;
		bag->size = size;
		item = NULL;
	}
	if (!item)
		item = &bag->items[bag->count++];
	*item = (struct osim__item){key, a, b};
	return true;
}

bool osim__bag_remove(struct osim__bag *bag, uint64_t key)
{
	struct osim__item *item = osim__bag_find(bag, key);

	if (item)
		*item = bag->items[--bag->count];
	return item;
}

void osim__bag_clear(struct osim__bag *bag)
{
	free(bag->items);
	*bag = (struct osim__bag){0};
}
