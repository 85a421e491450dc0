#!/bin/sh
# SPDX-License-Identifier: MIT
# check.sh: corebtf_check() in a project of its own, which finds the installed package: a program that
# works everywhere and one that breaks on an old kernel.
. "$(dirname "$0")/lib.sh"
have clang || skip "no clang"

install_package
mkdir "$work/project"
cp "$SOURCE/tests/flow/report.bpf.c" "$work/project/breaking.bpf.c"
cp "$SOURCE/tests/package/consumer/probe.bpf.c" "$SOURCE/tests/package/consumer/probe.h" "$work/project"
cat >"$work/project/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.25)
project(project LANGUAGES C)
enable_testing()
find_package(CoreBTF REQUIRED)
corebtf_add_bpf_object(probe SOURCE probe.bpf.c)
corebtf_add_bpf_object(breaking SOURCE breaking.bpf.c)
set(kernels "$KERNELS")
corebtf_check(TARGET probe KERNELS \${kernels} JUNIT probe.xml)
corebtf_check(TARGET breaking KERNELS \${kernels} OUTPUT pages/breaking.html)
corebtf_check(TARGET breaking NAME on_new_kernels KERNELS \${kernels} SELECT "release>=6" FAIL_ON unsure)
END
mkdir -p "$work/build/pages"
quietly configure "$work/build" "$work/project" -G "$GENERATOR" -DCMAKE_PREFIX_PATH="$work/prefix"
quietly "$CMAKE" --build "$work/build"
ctest=$(dirname "$CMAKE")/ctest
"$ctest" --test-dir "$work/build" --output-on-failure >"$work/log" 2>&1 && fail "a program that breaks passes"
grep -q 'corebtf_check_probe .*Passed' "$work/log" || fail "$(cat "$work/log")"
grep -q 'corebtf_check_breaking .*Failed' "$work/log" || fail "$(cat "$work/log")"
grep -q 'on_new_kernels .*Passed' "$work/log" || fail "$(cat "$work/log")"
grep -q 'reads_new: breaks on .* struct task_struct.__state' "$work/log" || fail "no reason: $(cat "$work/log")"
for page in corebtf_check_probe.html pages/breaking.html probe.xml; do
	[ -s "$work/build/$page" ] || fail "no $page"
done
ok "corebtf_check()"
