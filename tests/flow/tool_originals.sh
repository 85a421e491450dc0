#!/bin/sh
# SPDX-License-Identifier: MIT
# corebtf tool with the BPF objects inside Debian's libbpf-tools, as they are: each tool and its original
# see the same workload at the same time, and must say the same of it.
# In mounts of its own, with tracefs.
if [ "${1:-}" != mounted ] && unshare -m true 2>/dev/null; then
	exec unshare -m sh -c 'mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null; exec sh "$@"' sh "$0" mounted
fi
. "$FLOW/lib.sh"
[ -x "$RUNNER" ] || skip "the runner was not built here"
have clang || skip "no clang"
[ -x /usr/sbin/opensnoop ] || skip "libbpf-tools are not here"
[ "$(id -u)" = 0 ] || skip "tracing needs root"
have python3 || skip "no python3, which opens the connections"
[ -d /sys/kernel/tracing/events/syscalls ] || skip "this kernel has no tracepoints of system calls"

clang -target bpf -g -O2 -I "$FLOW/../../runtime/include" \
	-idirafter "/usr/include/$("$CC" -print-multiarch)" -c "$FLOW/tool_types.bpf.c" \
	-o types.bpf.o 2>err || fail "clang"
cp /bin/cat marked-cat
cp /bin/dash marked-sh
cp "$(command -v stat)" marked-stat
cp /bin/true marked-true
echo text >marked-file
cat >connect.py <<'END'
import socket, threading
server = socket.create_server(("127.0.0.1", 0))
port = server.getsockname()[1]
def answer():
    connection = server.accept()[0]
    connection.recv(100)
    connection.close()
thread = threading.Thread(target=answer)
thread.start()
client = socket.create_connection(("127.0.0.1", port))
client.sendall(b"x" * 50)
client.recv(1)
client.close()
thread.join()
print(port)
END

workload() {
	for _ in 1 2 3; do
		./marked-cat marked-file marked-none >/dev/null 2>&1 || :
		./marked-true one 'two three'
		./marked-sh -c 'exit 3' || :
		./marked-sh -c './marked-sh -c "while :; do :; done" & kill -TERM $!; wait'
		./marked-stat marked-file marked-none >/dev/null 2>&1 || :
		python3 connect.py >>ports
	done
}

# compare NAME: the lines of both that are about the workload, sorted.
compare() {
	if ! grep -q ' 0 lost, in ' "tool-err.$1" || grep -qi lost "original-err.$1"; then
		grep -q ' lost, in ' "tool-err.$1" || fail "$1: $(cat "tool-err.$1")"
		left_out "$1: this machine is too busy now, events were lost"
		return 0
	fi
	compared=$((compared + 1))
	sort "wanted.$1" >wanted
	sort "seen.$1" >seen
	[ "$(wc -l <wanted)" -ge 3 ] || fail "$1: the original saw $(wc -l <wanted) lines of the workload"
	diff wanted seen >differences || {
		cat differences
		fail "$1: differs from the original"
	}
	ok "$1: the same $(wc -l <wanted) events as the original"
}

# run NAME ORIGINAL-OPTIONS TOOL-OPTION...: both at once, into original.NAME and tool.NAME.
start_both() {
	name=$1 options=$2
	shift 2
	(cd cut && "$CUT_OBJECTS" . "/usr/sbin/$name") >/dev/null || fail "$name: no object in it"
	mv cut/* "$name.bpf.o"
	"$COREBTF" tool "$name.bpf.o" types.bpf.o -o "tool-$name" --name "$name" --no-kernels --quiet ||
		fail "corebtf tool $name.bpf.o"
	# shellcheck disable=SC2086 # options
	stdbuf -oL "/usr/sbin/$name" $options >"original.$name" 2>"original-err.$name" &
	pids="$pids $!"
	"./tool-$name" --json "$@" >"tool.$name" 2>"tool-err.$name" &
	pids="$pids $!"
}
mkdir cut
pids= compared=0
trap 'for pid in $pids; do kill "$pid" 2>/dev/null || :; done; cd /; rm -rf "$scratch"' EXIT
start_both opensnoop "" --event events=opened --targ-uid 4294967295
start_both execsnoop "-q" --event events=event --targ-uid 4294967295
start_both exitsnoop "" --event events=ended
start_both sigsnoop "" --event events=event --program sig_trace
start_both statsnoop "" --event events=statted
start_both tcpstates "" --event events=tcp_state
start_both tcplife "" --event events=tcp_life
sleep 3
workload
sleep 1
for pid in $pids; do kill -INT "$pid" 2>/dev/null || :; done
for pid in $pids; do kill -TERM "$pid" 2>/dev/null || :; done
sleep 1
# json FILE KEY...: the values of these keys, separated by '|', of each event.
json() {
	file=$1
	shift
	keys=$*
	awk -v keys="$keys" '
		BEGIN { count = split(keys, key, " ") }
		{
			line = ""
			for (i = 1; i <= count; i++) {
				value = ""
				if (match($0, "\"" key[i] "\":\"[^\"]*\"") || match($0, "\"" key[i] "\":-?[0-9]+"))
					value = substr($0, RSTART + length(key[i]) + 3, RLENGTH - length(key[i]) - 3)
				gsub(/"/, "", value)
				line = line (i > 1 ? "|" : "") value
			}
			print line
		}' "$file"
}

# PID COMM FD ERR PATH
awk '/marked-(file|none)/ && $2 == "marked-cat" { print $1 "|" $2 "|" $3 "|" $4 "|" $5 }' \
	original.opensnoop >wanted.opensnoop
json tool.opensnoop pid comm ret path | awk -F '|' '$2 == "marked-cat" && $4 ~ /marked/ {
	print $1 "|" $2 "|" ($3 < 0 ? -1 : $3) "|" ($3 < 0 ? -$3 : 0) "|" $4 }' >seen.opensnoop
compare opensnoop

# PCOMM PID PPID RET ARGS: the arguments are one text here, with NULs between them.
awk '$1 ~ /^marked/ { print $1 "|" $2 "|" $3 "|" $4 }' original.execsnoop >wanted.execsnoop
json tool.execsnoop comm pid ppid retval | grep '^marked' >seen.execsnoop
compare execsnoop
grep -q '"comm":"marked-true".*marked-true one two three' tool.execsnoop || fail "execsnoop: no arguments"

# PCOMM PID PPID TID AGE(s) EXIT_CODE
awk '$1 ~ /^marked/ {
	print $1 "|" $2 "|" $3 "|" $4 "|" ($6 == "code" ? $7 : 0) "|" ($6 == "signal" ? $7 : 0) }' \
	original.exitsnoop >wanted.exitsnoop
json tool.exitsnoop comm pid ppid tid code signal | grep '^marked' >seen.exitsnoop
compare exitsnoop

# TIME PID COMM SIG TPID RESULT
awk '$3 == "marked-sh" { print $2 "|" $4 "|" $5 "|" $6 }' original.sigsnoop >wanted.sigsnoop
json tool.sigsnoop comm pid sig tpid ret | sed -n 's/^marked-sh|//p' >seen.sigsnoop
compare sigsnoop

# PID COMM RET ERR PATH
awk '$2 == "marked-stat" && $5 ~ /^marked/ { print $1 "|" $3 "|" $4 "|" $5 }' original.statsnoop >wanted.statsnoop
json tool.statsnoop comm pid ret path | awk -F '|' '$1 == "marked-stat" && $4 ~ /^marked/ {
	print $2 "|" ($3 < 0 ? -1 : $3) "|" ($3 < 0 ? -$3 : 0) "|" $4 }' >seen.statsnoop
# Debian 12's statsnoop looks for its tracepoints under names that no kernel has (syscalls/statx in place of
# syscalls/sys_enter_statx), and so sees nothing at all.
if [ "$(wc -l <original.statsnoop)" -le 1 ]; then
	left_out "statsnoop: the original sees nothing, of whatever program"
else
	compare statsnoop
fi

# SKADDR PID COMM LADDR LPORT RADDR RPORT OLDSTATE -> NEWSTATE MS: only the addresses and ports.
ports=$(tr '\n' ' ' <ports)
awk -v ports="$ports" 'BEGIN { n = split(ports, p, " "); for (i = 1; i <= n; i++) wanted[p[i]] = 1 }
	$5 in wanted || $7 in wanted { print $2 "|" $4 "|" $5 "|" $6 "|" $7 }' original.tcpstates >wanted.tcpstates
json tool.tcpstates pid source source_port target target_port |
	awk -F '|' -v ports="$ports" 'BEGIN { n = split(ports, p, " "); for (i = 1; i <= n; i++) wanted[p[i]] = 1 }
		$3 in wanted || $5 in wanted' >seen.tcpstates
compare tcpstates

# PID COMM LADDR LPORT RADDR RPORT TX_KB RX_KB MS
awk -v ports="$ports" 'BEGIN { n = split(ports, p, " "); for (i = 1; i <= n; i++) wanted[p[i]] = 1 }
	$4 in wanted || $6 in wanted { print $1 "|" $2 "|" $3 "|" $4 "|" $5 "|" $6 }' original.tcplife >wanted.tcplife
json tool.tcplife pid comm source source_port target target_port |
	awk -F '|' -v ports="$ports" 'BEGIN { n = split(ports, p, " "); for (i = 1; i <= n; i++) wanted[p[i]] = 1 }
		$4 in wanted || $6 in wanted' >seen.tcplife
compare tcplife
[ $compared -ge 4 ] || fail "only $compared tools could be compared"
