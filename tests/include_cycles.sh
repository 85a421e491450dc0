#!/bin/sh
# SPDX-License-Identifier: MIT
# No room may include, over whatever others, a room that includes it.
# A room is a folder of the component, or a pair of files (handle.c, handle.h) outside of any.
# Usage: include_cycles.sh SOURCE_DIR COMPONENT
set -eu
cd "$1"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# "FROM TO" for each include that leaves its room.
find "$2" -name '*.[ch]' -exec grep -H "^#include \"$2/" {} + |
	sed -n 's/^\([^:]*\):#include "\([^"]*\)".*/\1 \2/p' |
	awk -v component="$2/" '
		function room(path) {
			path = substr(path, length(component) + 1)
			sub(path ~ "/" ? "/.*" : "\\.[ch]$", "", path)
			return path
		}
		room($1) != room($2) { print room($1), room($2) }' |
	sort -u >"$scratch/edges"
[ -s "$scratch/edges" ] || { echo "no includes found below $1/$2"; exit 1; }
if ! tsort "$scratch/edges" >"$scratch/order" 2>"$scratch/loops"; then
	echo "$2/: rooms include each other in a circle:"
	sed 's/^tsort: //; /input contains a loop/d; s/^/  /' "$scratch/loops"
	exit 1
fi
echo "$2/: $(wc -l <"$scratch/edges") includes between rooms, from the top down:"
tr '\n' ' ' <"$scratch/order"
echo
