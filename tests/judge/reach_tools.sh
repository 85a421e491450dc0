#!/bin/sh
# SPDX-License-Identifier: MIT
# reach_tools.sh REACH_JUDGE CUT_OBJECTS ROUNDS
#
# The BPF objects inside the executables of Debian's package libbpf-tools, with names taken from the
# running kernel's BTF, judged by its verifier. Exit status 77 when the package is not installed.
. "$(dirname "$0")/../support/lib.sh"
judge=$1 cut=$2 rounds=$3
executables=$(dpkg -L libbpf-tools 2>/dev/null | grep '/s\?bin/.' | while read -r file; do
	[ -L "$file" ] || echo "$file"
done) || :
[ "$executables" ] || skip "libbpf-tools is not installed"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# No file of the package has a space in its name.
for executable in $executables; do
	"$cut" "$scratch" "$executable"
done
"$judge" "$rounds" "$scratch"/*.o
