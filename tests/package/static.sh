#!/bin/sh
# SPDX-License-Identifier: MIT
# A fully static program takes one line, -static among its link options: samples/execsnoop with it,
# and without it, when what only a static libbpf needs must not become a need of the program.
. "$(dirname "$0")/lib.sh"

case $FLAGS in
*-fsanitize*) skip "the sanitizers have no static libraries" ;;
esac
echo 'int main(void) { return 0; }' >"$work/empty.c"
# shellcheck disable=SC2086 # a list of options
"$CC" $FLAGS -static "$work/empty.c" -o "$work/empty" -Wl,--whole-archive -lbpf -lelf -lz \
	-Wl,--no-whole-archive 2>/dev/null || skip "no static libbpf, libelf and zlib are here"
install_package
cp -R "$SOURCE/samples/execsnoop" "$work/project"

build() {
	rm -rf "$work/build"
	quietly configure "$work/build" "$work/project" -G "$GENERATOR" \
		-DCMAKE_PREFIX_PATH="$work/prefix" -DSAMPLES_KERNELS="$KERNELS" "$@"
	quietly "$CMAKE" --build "$work/build"
	program=$work/build/execsnoop
	"$program" --help | grep -q Usage || fail "$*: does not run"
	"$COREBTF" list "$program" >/dev/null || fail "$*: carries nothing"
}

build
! readelf -dW "$program" | grep 'NEEDED.*libelf' || fail "needs libelf itself"
ok "a dynamic program needs libbpf, and not what only libbpf needs"
build -DCMAKE_EXE_LINKER_FLAGS=-static
! readelf -lW "$program" | grep INTERP || fail "CMAKE_EXE_LINKER_FLAGS: not static"
ok "CMAKE_EXE_LINKER_FLAGS=-static"
echo 'target_link_options(execsnoop PRIVATE -static)' >>"$work/project/CMakeLists.txt"
build
! readelf -lW "$program" | grep INTERP || fail "target_link_options(): not static"
has_segment "$program" || fail "no segment"
ok "target_link_options(execsnoop PRIVATE -static)"
