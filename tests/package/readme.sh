#!/bin/sh
# SPDX-License-Identifier: MIT
# The project that README.md shows, built as it is written there, with an installed corebtf.
. "$(dirname "$0")/lib.sh"

have bpftool || PATH=$PATH:/usr/sbin:/sbin
[ -r /sys/kernel/btf/vmlinux ] || skip "no kernel to make vmlinux.h of"
install_package
mkdir "$work/project"
cd "$work/project"
{
	printf 'cmake_minimum_required(VERSION 3.25)\nproject(tracer LANGUAGES C)\n'
	block README.md 1 cmake
} >CMakeLists.txt
block README.md 1 c >tracer.bpf.c
block README.md 2 c >tracer.c
grep -q BPF_CORE_READ tracer.bpf.c && grep -q 'tracer.skel.h' tracer.c || fail "README.md has other blocks"
command=$(sed -n 's/^    \(bpftool btf dump .*\)/\1/p' "$SOURCE/README.md")
[ -n "$command" ] || fail "README.md does not say where vmlinux.h comes from"
sh -c "$command" || fail "$command"
quietly configure "$work/build" "$work/project" -G "$GENERATOR" -DCMAKE_PREFIX_PATH="$work/prefix"
quietly "$CMAKE" --build "$work/build"
"$COREBTF" list "$work/build/tracer" >/dev/null || fail "carries nothing"
ok "README.md's project"
