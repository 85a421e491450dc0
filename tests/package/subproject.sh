#!/bin/sh
# SPDX-License-Identifier: MIT
# corebtf as a part of another project: with add_subdirectory() and several configurations, and with
# FetchContent.
. "$(dirname "$0")/lib.sh"

kernels=$KERNELS
expected=$(count_kernels "$kernels")
[ "$expected" -gt 0 ] || skip "no sample kernels of this machine"
have ninja || skip "ninja is not here"

check() {
	said=$("$1/program" && "$1/host" "$1/libplugin.so") || fail "$1: the program failed"
	[ "$said" = "program: $expected kernels
plugin: $expected kernels" ] || fail "$1: $said"
}

quietly configure "$work/several" "$SOURCE/tests/package/consumer" -G "Ninja Multi-Config" \
	-DCOREBTF_SOURCE="$SOURCE" -DKERNELS="$kernels"
for config in Debug Release; do
	quietly "$CMAKE" --build "$work/several" --config $config -j 2
	check "$work/several/$config"
	has_segment "$work/several/$config/program" || fail "$config: no segment"
done
quietly "$CMAKE" --build "$work/several" --config Debug
"$CMAKE" --build "$work/several" --config Release | grep -q 'no work to do' ||
	fail "one configuration undoes the other"
# installs NAME...: these files and no others are installed, and the program runs without its build.
installs() {
	rm -rf "$work/shipped"
	quietly "$CMAKE" --install "$work/several" --config Release --prefix "$work/shipped"
	installed=$(cd "$work/shipped" && find . -type f | sed 's/.*\///' | sort | tr '\n' ' ')
	[ "$installed" = "$* " ] || fail "installed: $installed"
	mv "$work/several" "$work/away"
	[ "$(LD_LIBRARY_PATH=$libdirs "$work/shipped/bin/program")" = "program: $expected kernels" ] ||
		fail "the installed program does not run"
	mv "$work/away" "$work/several"
}
libdirs=
installs program
quietly "$CMAKE" -DCOREBTF_SHARED=ON "$work/several"
quietly "$CMAKE" --build "$work/several" --config Release
libdirs=$work/shipped/lib:$work/shipped/lib64:$work/shipped/lib/$("$CC" -print-multiarch)
installs "$("$COREBTF" --version | sed 's/^corebtf /libcorebtf.so./')" program
ok "what the other project installs runs where it is"
if "$CMAKE" --build "$work/several" --config Release --target help | grep -i nightly; then
	fail "corebtf adds its dashboard to the other project"
fi
ok "add_subdirectory(), Debug and Release"

# AUTOMATIC, called in another folder than that of the modules.
mkdir "$work/tool"
cp "$SOURCE"/tests/dropin/whoexec.* "$work/tool"
cat >"$work/tool/tool.c" <<'END'
#include "whoexec.skel.h"

int main(void)
{
	return !whoexec_bpf__open();
}
END
cat >"$work/tool/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(tool LANGUAGES C)
add_subdirectory(${COREBTF_SOURCE} corebtf)
corebtf_add_bpf_object(whoexec_bpf SOURCE whoexec.bpf.c SKELETON)
add_executable(tool tool.c)
target_link_libraries(tool PRIVATE whoexec_bpf)
corebtf_embed(TARGET tool KERNELS ${KERNELS} AUTOMATIC)
END
quietly configure "$work/automatic" "$work/tool" -G "$GENERATOR" -DCOREBTF_SOURCE="$SOURCE" \
	-DKERNELS="$kernels"
quietly "$CMAKE" --build "$work/automatic" -j 2
nm "$work/automatic/tool" | grep -q '__wrap_bpf_object__open_skeleton' || fail "AUTOMATIC does nothing"
ok "AUTOMATIC"

quietly configure "$work/fetched" "$SOURCE/tests/package/consumer" -G "$GENERATOR" \
	-DCOREBTF_SOURCE="$SOURCE" -DFETCH=ON -DKERNELS="$kernels" -DMODE=link \
	-DRUNTIME=corebtf_static -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON
quietly "$CMAKE" --build "$work/fetched" -j 2
check "$work/fetched"
nm "$work/fetched/program" | grep -q ' [Vv] corebtf_linked$' || fail "not linked in"
ok "FetchContent, link-time optimisation"
