#!/bin/sh
# SPDX-License-Identifier: MIT
# The library alone, which is all that a cross-compiled corebtf consists of: neither libelf nor
# libarchive is looked for. Built with the flags of distributions' packagers, who have link-time
# optimisation on, the static library keeps its inner names to itself.
. "$(dirname "$0")/lib.sh"

flags="$FLAGS -O2 -flto=auto -ffat-lto-objects"
"$CC" --version | grep -q clang && flags="$FLAGS -O2 -flto"

# Cross-compiled, if only by name; no package of libelf, none of libarchive.
quietly "$CMAKE" -S "$SOURCE" -B "$work/build" -G "$GENERATOR" -DCMAKE_C_COMPILER="$CC" \
	-DCMAKE_C_FLAGS="$flags" -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="$(uname -m)" \
	-DCMAKE_INSTALL_PREFIX="$work/prefix" \
	-DCMAKE_DISABLE_FIND_PACKAGE_LibArchive=ON -DPKG_CONFIG_EXECUTABLE=/bin/false
quietly "$CMAKE" --build "$work/build" -j 2
quietly "$CMAKE" --install "$work/build"
[ ! -e "$work/prefix/bin" ] || fail "a command is installed"
libdir=$(dirname "$(find "$work/prefix" -name libcorebtf.a)")
public_functions "$work/prefix/include" >"$work/public"
nm -g --defined-only "$libdir/libcorebtf.a" | awk 'NF == 3 { print $3 }' |
	grep -v '^__\(asan\|odr_asan\|ubsan\|start\|stop\)' | sort -u | diff "$work/public" - ||
	fail "with $flags, libcorebtf.a shows inner names"
ok "with $flags, libcorebtf.a shows the public names alone"

# A project that only links the library, with a function that is called as one of ours.
mkdir "$work/project"
cat >"$work/project/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(uses_library LANGUAGES C)
find_package(CoreBTF REQUIRED)
foreach(kind corebtf corebtf_static)
	add_executable(with_${kind} program.c)
	target_link_libraries(with_${kind} PRIVATE CoreBTF::${kind})
endforeach()
END
cat >"$work/project/program.c" <<'END'
#include <corebtf.h>
#include <stdio.h>

void log_line(const char *text);

void log_line(const char *text)
{
	puts(text);
}

int main(void)
{
	struct corebtf *corebtf;

	if (corebtf_open_self(&corebtf, NULL))
		log_line(corebtf_version());
	return 0;
}
END
quietly "$CMAKE" -S "$work/project" -B "$work/linked" -G "$GENERATOR" -DCMAKE_C_COMPILER="$CC" \
	-DCMAKE_C_FLAGS="$flags" -DCMAKE_PREFIX_PATH="$work/prefix"
quietly "$CMAKE" --build "$work/linked"
for kind in corebtf corebtf_static; do
	[ "corebtf $("$work/linked/with_$kind")" = "$("$COREBTF" --version)" ] || fail "with $kind"
done
ok "a program with a log_line() of its own"
