#!/bin/sh
# SPDX-License-Identifier: MIT
# The tar.gz that cpack makes: it works where it is unpacked.
. "$(dirname "$0")/lib.sh"

cpack=$(dirname "$CMAKE")/cpack
[ -x "$cpack" ] || cpack=cpack
[ -f "$BUILD/CPackConfig.cmake" ] || fail "no CPackConfig.cmake in the build"
# The files were built before the tests. With make, cpack would build everything again; with ninja it
# does not.
quietly "$cpack" --config "$BUILD/CPackConfig.cmake" -B "$work/packages" \
	-D CPACK_CMAKE_GENERATOR=Ninja -G TGZ
cd "$work/packages"

set -- corebtf-*.tar.gz
if [ $# != 1 ] || [ ! -f "$1" ]; then
	fail "not one tar.gz: $(ls)"
fi
mkdir "$work/unpacked"
tar -xzf "$1" -C "$work/unpacked" --strip-components=1
version=$("$COREBTF" --version)
[ "$("$work/unpacked/bin/corebtf" --version)" = "$version" ] || fail "$1: its command says otherwise"
printf '#include <corebtf.h>\n#include <stdio.h>\nint main(void) { puts(corebtf_version()); }\n' \
	>"$work/use.c"
libdir=$(dirname "$(find "$work/unpacked" -name libcorebtf.a)")
# shellcheck disable=SC2086 # a list of options
"$CC" $FLAGS -I"$work/unpacked/include" "$work/use.c" -o "$work/use" -L"$libdir" -lcorebtf \
	-Wl,-rpath,"$libdir"
[ "corebtf $("$work/use")" = "$version" ] || fail "$1: its library says otherwise"
ok "$1: the command, the headers and the library work where it was unpacked"
