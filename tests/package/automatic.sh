#!/bin/sh
# SPDX-License-Identifier: MIT
# Programs that never call ensure_core_btf(): with AUTOMATIC, or with what pkg-config says, they run
# where the kernel's BTF is hidden; without it they do not.
. "$(dirname "$0")/lib.sh"

install_package
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name corebtf.pc)")
export PKG_CONFIG_PATH
have pkg-config || skip "pkg-config is not here"
automatic=$(pkg-config --variable=automatic corebtf)

# What libbpf is given, for callers with shorter and longer structs and with paths of their own.
# shellcheck disable=SC2046,SC2086 # lists of options
"$CC" $FLAGS -Wall -Wextra -Werror $(pkg-config --cflags corebtf libbpf) \
	"$SOURCE/tests/package/automatic_opts.c" ${automatic%% *} -pthread -o "$work/opts" &&
	"$work/opts" || fail "the options that libbpf is given"
ok "options of any length; a path of the program's own is left alone"

# A tool as bcc's are, less all that it does for its BTF.
mkdir "$work/project"
cp "$SOURCE"/tests/dropin/whoexec.* "$work/project"
sed '/btf_helpers.h/d; /LIBBPF_OPTS/d; /err = ensure_core_btf/,/BTF: %s/d; /cleanup_core_btf/d
	s/whoexec_bpf__open_opts(&open_opts)/whoexec_bpf__open()/' \
	"$SOURCE/tests/dropin/bcc_style.c" >"$work/project/tool.c"
! grep core_btf "$work/project/tool.c" || fail "the tool still calls what it should not"
cat >"$work/project/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(tools LANGUAGES C)
find_package(CoreBTF REQUIRED)
corebtf_add_bpf_object(whoexec_bpf SOURCE whoexec.bpf.c SKELETON)
foreach(tool without with shared)
	add_executable(${tool} tool.c)
	target_link_libraries(${tool} whoexec_bpf)
endforeach()
corebtf_embed(TARGET without KERNELS ${KERNELS} KERNELS_WITH_BTF ALL_MACHINES)
corebtf_embed(TARGET with KERNELS ${KERNELS} KERNELS_WITH_BTF ALL_MACHINES AUTOMATIC)
corebtf_embed(TARGET shared KERNELS ${KERNELS} KERNELS_WITH_BTF ALL_MACHINES AUTOMATIC)
target_link_libraries(shared CoreBTF::corebtf)
END
kernels=/sys/kernel/btf/vmlinux
[ -r $kernels ] || kernels=$KERNELS
quietly configure "$work/build" "$work/project" -G "$GENERATOR" -DCMAKE_PREFIX_PATH="$work/prefix" \
	-DKERNELS=$kernels
quietly "$CMAKE" --build "$work/build"
! readelf -dW "$work/build/with" | grep 'NEEDED.*libcorebtf' || fail "AUTOMATIC: the shared library"
readelf -dW "$work/build/shared" | grep -q 'NEEDED.*libcorebtf' || fail "AUTOMATIC: not the project's"

# The same without CMake.
# shellcheck disable=SC2046,SC2086
"$CC" $FLAGS -I"$work/build" $(pkg-config --cflags corebtf libbpf) "$work/project/tool.c" $automatic \
	-o "$work/build/made" $(pkg-config --libs corebtf libbpf) \
	-Wl,-rpath,"$(pkg-config --variable=libdir corebtf)" || fail "pkg-config --variable=automatic"
"$COREBTF" embed "$work/build/made" --kernels-with-btf --kernels $kernels --all-machines --quiet
ok "built with and without CMake"

PATH=$PATH:/usr/sbin:/sbin
hidden() {
	unshare -m --propagation private sh -eu -c '
		mount -t tmpfs none /sys/kernel/btf
		exec "$@"' sh "$@"
}
[ "$(id -u)" = 0 ] || skip "to run them takes root"
[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF to hide"
hidden true 2>/dev/null || skip "this root may not hide the kernel's BTF in a mount namespace"
"$work/build/without" >"$work/out" 2>&1 || skip "tools like this do not run here: $(cat "$work/out")"
! hidden "$work/build/without" >"$work/out" 2>&1 || fail "runs without any BTF"
grep -q BTF "$work/out" || fail "without: $(cat "$work/out")"
for tool in with shared made; do
	hidden "$work/build/$tool" >"$work/out" 2>&1 || fail "$tool: $(cat "$work/out")"
	"$work/build/$tool" >"$work/out" 2>&1 || fail "$tool, with the kernel's BTF: $(cat "$work/out")"
done
ok "with the kernel's BTF hidden: not without, but with it"
