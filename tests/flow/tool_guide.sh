#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/tool.md: its program, its commands and what it shows.
if [ "${1:-}" != mounted ] && unshare -m true 2>/dev/null; then
	exec unshare -m sh -c 'mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null; exec sh "$@"' sh "$0" mounted
fi
. "$FLOW/lib.sh"
[ -x "$RUNNER" ] || skip "the runner was not built here"
have clang || skip "no clang"
source=$FLOW/../..
guide=$source/docs/tool.md

# says_guide TEXT: a line of the page, so that what is run here is what it says.
says_guide() {
	grep -qxF -e "$1" "$guide" || fail "docs/tool.md does not say: $1"
}

awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' "$guide" >opensnoop.bpf.c
tail -n +3 "$source/samples/tool/opensnoop.bpf.c" | diff - opensnoop.bpf.c >out ||
	fail "the program of docs/tool.md is not samples/tool/opensnoop.bpf.c"
says_guide '    clang -g -O2 -target bpf -I /usr/local/include -c opensnoop.bpf.c -o opensnoop.bpf.o'
clang -g -O2 -target bpf -I "$source/runtime/include" -idirafter "/usr/include/$("$CC" -print-multiarch)" \
	-c opensnoop.bpf.c -o opensnoop.bpf.o 2>err || fail "clang"
says_guide '    corebtf tool opensnoop.bpf.o -o opensnoop'
status 0 tool opensnoop.bpf.o -o opensnoop
./opensnoop --help >out
sed -n '/^Usage: opensnoop/,/^```$/p' "$guide" | grep -v '^```$' >shown
head -n "$(wc -l <shown)" out | diff shown - || fail "--help is not what docs/tool.md shows"
./opensnoop --list >out
says out syscalls/sys_enter_openat
ok "the program and its help"

if have systemd-analyze; then
	sed "s|/usr/local/bin/opensnoop|$PWD/opensnoop|" "$source/samples/tool/opensnoop.service" >opensnoop.service
	systemd-analyze verify --man=no "$PWD/opensnoop.service" >out 2>&1 || fail "the unit"
	[ ! -s out ] || fail "the unit"
	systemd-analyze security --offline=true --no-pager --threshold=30 "$PWD/opensnoop.service" >out 2>&1 ||
		fail "the unit is too open"
	ok "the unit: $(tail -n 1 out)"
fi

[ "$(id -u)" = 0 ] || skip "the rest needs root"
[ -d /sys/kernel/tracing/events/syscalls ] || skip "this kernel has no tracepoints of system calls"
# It tells the service manager when it is ready. What it is told with is read here.
if have python3; then
	cat >listen.py <<-'END'
		import socket, sys
		listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		listener.bind("notify")
		print("listening", flush=True)
		listener.settimeout(60)
		for _ in range(2):
		    print(listener.recv(1000).decode().replace("\n", " "), flush=True)
	END
	python3 listen.py >notified &
	listener=$!
	for _ in $(seq 100); do grep -q listening notified && break; sleep 0.05; done
	export NOTIFY_SOCKET="$PWD/notify"
fi
says_guide '    ./opensnoop --pid 1641 --json'
sh -c 'echo $$ >pid; while :; do : </etc/hostname; sleep 0.1; done' &
loop=$!
trap 'kill $loop 2>/dev/null; cd /; rm -rf "$scratch"' EXIT
for _ in $(seq 100); do [ -s pid ] && break; sleep 0.05; done
./opensnoop --pid "$(cat pid)" --json --duration 3 >out 2>err || grep -q 'takes root' err || fail "opensnoop"
! grep -q 'takes root' err || skip "this root may load no BPF programs"
grep -qE "^\{\"time\":\"20[^\"]*Z\",\"pid\":$(cat pid),\"ppid\":$$,\"uid\":0,\"comm\":\"sh\",\"path\":\"/etc/hostname\"\}$" out ||
	fail "no event"
[ "$(grep -vc "\"pid\":$(cat pid),\|\"_map\"" out)" = 0 ] || fail "--pid: others as well"
grep -qE "^\{\"_map\":\"opens\",\"key\":$(cat pid),\"value\":[0-9]+\}$" out || fail "no map"
grep -qE '^opensnoop: [0-9]+ events, 0 lost, in 3\.[0-9] seconds$' err || fail "no summary"
if [ "${NOTIFY_SOCKET:-}" ]; then
	wait $listener || fail "the service manager was not told"
	grep -q '^READY=1 STATUS=tracing$' notified || fail "$(cat notified)"
	grep -q '^STOPPING=1$' notified || fail "$(cat notified)"
	unset NOTIFY_SOCKET
fi
./opensnoop --pid "$(cat pid)" -d 2 >out 2>err
grep -qE '^TIME +PID +PPID +UID +COMM +PATH$' out || fail "no titles"
grep -qE " $(cat pid) +$$ +root +sh +/etc/hostname$" out || fail "no row"
ok "events, and the map at the end"
status 0 run opensnoop.bpf.o --pid "$(cat pid)" -d 1
says out /etc/hostname
ok "corebtf run"
