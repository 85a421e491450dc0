#!/bin/sh
# SPDX-License-Identifier: MIT
# samples/makefile: a build without CMake, with the installed command and pkg-config alone.
. "$(dirname "$0")/lib.sh"

have make || skip "make is not here"
have pkg-config || skip "pkg-config is not here"
install_package
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name corebtf.pc)")
export PKG_CONFIG_PATH
cp -R "$(find "$work/prefix" -type d -name examples)" "$work/samples"
cd "$work/samples/makefile"

make_it() {
	quietly make CC="$CC" CFLAGS="-O2 $FLAGS" "$@"
}

make_it
"$COREBTF" list execsnoop >/dev/null || fail "carries nothing"
has_segment execsnoop || fail "no segment"
ok "make: a reserved segment"
before=$(stat -c '%i %y' execsnoop)
make_it
[ "$(stat -c '%i %y' execsnoop)" = "$before" ] || fail "made again although nothing changed"
sleep 1.1
touch ../execsnoop/execsnoop.bpf.c
make_it
[ "$(stat -c '%i %y' execsnoop)" != "$before" ] || fail "not made again for a new BPF program"
ok "made again when it has to be, and only then"
quietly make clean
[ "$(ls)" = Makefile ] || fail "make clean leaves something"
make_it SEGMENT=
"$COREBTF" list execsnoop >/dev/null || fail "carries nothing"
has_segment execsnoop && fail "a segment that nobody asked for"
ok "make SEGMENT=: an added section"
