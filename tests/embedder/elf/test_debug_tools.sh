#!/bin/sh
# SPDX-License-Identifier: MIT
# What package builds run over a finished program with debug information: dwz, debugedit, and
# Debian's dh_dwz and dh_strip, over a filled segment and over an added section. Each has to take the
# program; afterwards it runs with its bundle, which can be replaced and removed.
#
# environment: as test_matrix.sh
. "$(dirname "$0")/../../support/lib.sh"
cc=${CC:-cc}
. "$SOURCE/tests/embedder/elf/matrix/runtime.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cd "$work"
ran=0

have_all()
{
	for command; do
		have "$command" && continue
		left_out "$command is not installed"
		return 1
	done
	ran=$((ran + 1))
}

# check FILE PLACE: runs, with $count kernels at that place; so after replacing; empty after removing
check()
{
	test "$(./"$1" 2>&1)" = "$count $2 0" || fail "$1: '$(./"$1" 2>&1)', not '$count $2 0'"
	if have eu-elflint; then
		eu-elflint --gnu-ld "$1" >says 2>&1 || fail "$1: eu-elflint: $(cat says)"
	fi
	cp "$1" replaced
	"$COREBTF" embed replaced --bundle big --quiet
	test "$(./replaced)" = "$((2 * count)) $2 0" || fail "$1, replaced: $(./replaced 2>&1)"
	"$COREBTF" remove replaced --quiet
	test "$(./replaced)" = "0 nowhere -61" || fail "$1, removed: $(./replaced 2>&1)"
}

# debug_info FILE: how many bytes of it are debug information
debug_info()
{
	readelf -S -W "$1" | sed 's/^ *\[ *[0-9]*\]//' |
		awk '$1 == ".debug_info" { print $5 }' | sed 's/^/0x/'
}

build_runtime "" "$cc" runtime
mkdir source
cp "$SOURCE/tests/embedder/elf/matrix/probe.c" source/
# shellcheck disable=SC2086 # several libraries
for flags in "" "-Wl,-T,$SOURCE/linker-scripts/corebtf.ld"; do
	"$cc" -g -I "$SOURCE/runtime/include" "$work/source/probe.c" -Wl,--build-id $flags \
		-o "plain${flags:+-reserved}" runtime/libcorebtf.a $LINK_WITH
done
"$COREBTF" embed plain "$OBJECT" --kernels "$KERNELS" -o mapped --quiet
"$COREBTF" convert mapped bundle --quiet
cat bundle bundle >big
"$COREBTF" embed plain --bundle bundle -o file --quiet
"$COREBTF" embed plain-reserved --bundle bundle -o mapped --quiet
count=$("$COREBTF" list file --json | grep -c '"release"')

for place in mapped file; do
	check $place $place

	if have_all dwz; then
		cp $place dwz-$place
		dwz dwz-$place 2>says || fail "dwz: $(cat says)"
		test $(($(debug_info dwz-$place))) -lt $(($(debug_info $place))) ||
			fail "dwz did not make .debug_info smaller"
		check dwz-$place $place
	fi
	if have_all debugedit; then
		cp $place debugedit-$place
		debugedit -b "$work/source" -d /usr/src/probe -i debugedit-$place >says 2>&1 ||
			fail "debugedit: $(cat says)"
		readelf --debug-dump=info debugedit-$place 2>/dev/null | grep -q /usr/src/probe ||
			fail "debugedit did not change the names of the source files"
		check debugedit-$place $place
	fi
	if have_all dh_dwz dh_strip dpkg; then
		rm -rf package && mkdir -p package/debian/probe/usr/bin
		cp $place package/debian/probe/usr/bin/probe
		printf '%s\n' 'Source: probe' 'Maintainer: A <a@example.org>' '' 'Package: probe' \
			'Architecture: any' 'Description: x' >package/debian/control
		printf 'probe (1) unstable; urgency=low\n\n  * x\n\n -- A <a@example.org>  %s\n' \
			'Sat, 01 Jan 2022 00:00:00 +0000' >package/debian/changelog
		echo 13 >package/debian/compat
		# As dpkg-buildpackage sets it: no file is given to root, so any user can run this.
		(export DEB_RULES_REQUIRES_ROOT=no && cd package && dh_dwz && dh_strip) >says 2>&1 ||
			fail "dh_dwz, dh_strip: $(cat says)"
		test -n "$(find package/debian -name '*.debug')" || fail "dh_strip: no debug file"
		cp package/debian/probe/usr/bin/probe dh-$place
		test "$(readelf -S -W dh-$place | grep -c '\.symtab\|\.debug_info')" = 0 ||
			fail "dh_strip did not strip"
		check dh-$place $place
	fi
done
[ "$ran" -gt 0 ] || exit 77
echo "all good"
