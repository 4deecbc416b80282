#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# pkg_config.sh shared|static CC SOURCE LIBDIR VERSION: builds and runs SOURCE by pkg-config alone.
set -eu
linkage=$1 cc=$2 source=$3 libdir=$4 version=$5

PKG_CONFIG_PATH=$libdir/pkgconfig
export PKG_CONFIG_PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Words of pkg-config are options, so they are to be split.
# shellcheck disable=SC2046
if [ "$linkage" = static ]; then
	libs=$(pkg-config --static --libs optee_sim | sed 's/-loptee_sim/-l:liboptee_sim.a/')
	# shellcheck disable=SC2086
	"$cc" $(pkg-config --cflags optee_sim) "$source" $libs -o "$work/consumer"
else
	"$cc" $(pkg-config --cflags optee_sim) "$source" $(pkg-config --libs optee_sim) \
		-o "$work/consumer"
	LD_LIBRARY_PATH=$libdir
	export LD_LIBRARY_PATH
fi
[ "$(pkg-config --modversion optee_sim)" = "$version" ]
"$work/consumer" "$version"
