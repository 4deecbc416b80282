# SPDX-License-Identifier: BSD-2-Clause
"""Checks that read files as text: licence lines, paths of somebody's workplace, lengths."""
import re

SPDX = "SPDX-License-Identifier: BSD-2-Clause"
# JSON has no comments; a corpus or a recording is data.
NO_SPDX = re.compile(r"\.json$|^tests/(.*/)?(corpus|data)/|\.trace$")

# Spelled in pieces, so that this file does not find itself.
WORKPLACE = re.compile(r"(?<![\w$}.])/(?:w" r"ork|t" r"mp|home|root)/|\.\./sha" r"red\b")

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
# The model is to be read in one sitting.
MODEL_LINES_MAX = 1500


def read(root, path):
    try:
        return (root / path).read_text()
    except UnicodeDecodeError:
        return None


def spdx(root, files):
    found = []
    for path in files:
        content = read(root, path)
        if content is None or NO_SPDX.search(path):
            continue
        if SPDX not in "\n".join(content.splitlines()[:2]):
            found.append(f"{path}:1: the first lines lack '{SPDX}'")
    return found


def paths(root, files):
    found = []
    for path in files:
        for number, line in enumerate((read(root, path) or "").splitlines(), 1):
            match = WORKPLACE.search(line)
            if match:
                found.append(f"{path}:{number}: path of a workplace: {match.group(0)}")
    return found


def functions(lines):
    """(first line, last line, name) of each function: clang-format puts both braces in column 1."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line.startswith("}") and start is not None:
            head = " ".join(lines[max(0, start - 6):start - 1])
            names = re.findall(r"(\w+)\s*\(", head)
            yield start, number, names[-1] if names else "?"
            start = None


def sizes(root, files):
    found = []
    for path in files:
        if not re.search(r"\.([chS]|py|cmake)$|(^|/)CMakeLists\.txt$", path):
            continue
        lines = (read(root, path) or "").splitlines()
        if len(lines) > FILE_LINES_MAX:
            found.append(f"{path}: {len(lines)} lines, {FILE_LINES_MAX} allowed")
        if not re.search(r"\.[ch]$", path):
            continue
        for first, last, name in functions(lines):
            if last - first + 1 > FUNCTION_LINES_MAX:
                found.append(f"{path}:{first}: {name}() has {last - first + 1} lines, "
                             f"{FUNCTION_LINES_MAX} allowed")
    model = sum(len((read(root, path) or "").splitlines()) for path in files
                if path.startswith("src/driver/"))
    if model > MODEL_LINES_MAX:
        found.append(f"src/driver: {model} lines, {MODEL_LINES_MAX} allowed")
    return found
