#!/bin/sh
# SPDX-License-Identifier: MIT
# What a section's name cannot say: interface, binary and symbol come from options; and nothing stays attached
# at the end. In a network namespace of its own.
if [ "${1:-}" != inside ] && unshare -n true 2>/dev/null; then
	exec unshare -n sh "$0" inside
fi
. "$FLOW/lib.sh"
[ -x "$RUNNER" ] || skip "the runner was not built here"
[ "$(id -u)" = 0 ] || skip "attaching needs root"
for command in clang ip tc python3; do
	have $command || skip "$command is not here"
done
ip link set lo up 2>err || skip "no network namespace"
clang -g -O2 -target bpf -idirafter "/usr/include/$("$CC" -print-multiarch)" -c "$FLOW/tool_attach.bpf.c" \
	-o attach.bpf.o 2>err || fail "clang"
status 0 run attach.bpf.o --list
grep -q '^on_xdp .* no: needs --interface NAME$' out || fail "--list: XDP"
grep -q '^on_uprobe .* no: needs --binary FILE and --symbol NAME$' out || fail "--list: uprobe"
libc=$(python3 -c 'print(next(line.split()[-1] for line in open("/proc/self/maps") if "/libc.so" in line or "/libc-" in line))')
"$COREBTF" run attach.bpf.o --interface lo --binary "$libc" --symbol getpid --json -d 3 >out 2>err &
tool=$!
for _ in $(seq 20); do
	python3 -c 'import os, socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))
os.getpid()'
done
wait $tool || {
	grep -q 'takes root' err && skip "this root may load no BPF programs"
	fail "corebtf run: status $?"
}
for program in 1 2 4 5; do
	grep -q "^{\"_map\":\"hits\",\"key\":$program,\"value\":[0-9]*}$" out || fail "program $program was never called"
done
grep -q 'on_fentry: not attached: the kernel has no such function' err || fail "nothing is said of the missing function"
grep -q 'on_cgroup: not attached: needs --cgroup FOLDER' err || fail "nothing is said of the cgroup"
! ip link show lo | grep xdp || fail "the XDP program is still there"
! tc qdisc show dev lo | grep clsact || fail "the TC program is still there"
ok "XDP, TC, uprobe and perf events; gone at the end"
