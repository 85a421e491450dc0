#!/bin/sh
# SPDX-License-Identifier: MIT
# A tool of `corebtf tool` beside bcc's original (Debian's libbpf-tools) and bpftrace: the same
# workload, one after the other. Needs root.
#
#   bench_tool.sh COREBTF RUNNER CUT_OBJECTS OPEN_LOOP TYPES_SOURCE INCLUDE
#
# Each prints the calls of open() by one user into a file. The workload is a loop of that user over
# open() of a file that is not there.
set -eu
corebtf=$1 runner=$2 cut_objects=$3 open_loop=$4 types=$5 include=$6
count=${COREBTF_BENCH_EVENTS:-300000}
rates=${COREBTF_BENCH_RATES:-20000 50000 100000}
user=54321
starts=${COREBTF_BENCH_STARTS:-7}
PATH=$PATH:/usr/sbin:/sbin

if [ "${BENCH_MOUNTED:-}" != yes ]; then
	[ "$(id -u)" = 0 ] || { echo "Not measured: tools, since that takes root."; exit 0; }
	export BENCH_MOUNTED=yes
	exec unshare -m sh -c 'mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
		mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null; exec sh "$@"' sh "$0" "$@"
fi
[ -x /usr/sbin/opensnoop ] || { echo "Not measured: tools, since libbpf-tools are not here."; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work"
chmod 755 .
clang -target bpf -g -O2 -I "$include" -idirafter "/usr/include/$(cc -print-multiarch)" -c "$types" -o types.bpf.o
mkdir cut
(cd cut && "$cut_objects" . /usr/sbin/opensnoop)
mv cut/* opensnoop.bpf.o
"$corebtf" tool opensnoop.bpf.o types.bpf.o -o tool --runner "$runner" --no-kernels --quiet
cat >opens.bt <<END
tracepoint:syscalls:sys_enter_open, tracepoint:syscalls:sys_enter_openat
/uid == $user/
{ @path[tid] = args->filename; }
tracepoint:syscalls:sys_exit_open, tracepoint:syscalls:sys_exit_openat
/@path[tid]/
{
	printf("%-6d %-16s %3d %3d %s\n", pid, comm, args->ret >= 0 ? args->ret : -1,
		args->ret >= 0 ? 0 : - args->ret, str(@path[tid]));
	delete(@path[tid]);
}
END

as_user() {
	setpriv --reuid "$user" --clear-groups "$@"
}

# traced NAME: the command that prints the opens.
traced() {
	case $1 in
	tool) set -- ./tool --event events=opened --targ-uid $user ;;
	tool-json) set -- ./tool --event events=opened --targ-uid $user --json ;;
	bcc) set -- /usr/sbin/opensnoop -u $user ;;
	bpftrace) set -- bpftrace opens.bt ;;
	esac
	exec "$@"
}
tools="tool tool-json bcc"
if command -v bpftrace >/dev/null; then tools="$tools bpftrace"; fi

# start NAME: in the background, until it prints. Sets $pid.
start() {
	: >out
	traced "$1" >out 2>err &
	pid=$!
	for _ in $(seq 200); do
		as_user "$open_loop" "$work/none/warm-up" 300 >/dev/null # enough to fill a buffer of stdio
		grep -qa warm-up out && return
		sleep 0.1
	done
	echo "$1 prints nothing: $(tail -n 3 err)"
	exit 1
}

ticks() {
	awk '{ print $14 + $15 }' "/proc/$pid/stat"
}

# finish NAME RATE: waits until no more is printed, and prints a row.
finish() {
	before_size=-1
	while size=$(stat -c %s out) && [ "$size" != "$before_size" ]; do
		before_size=$size
		sleep 0.5
	done
	used=$(($(ticks) - used_before))
	kill -INT "$pid"
	wait "$pid" || :
	printed=$(grep -ca "$work/none/event" out) || :
	awk -v name="$1" -v rate="$2" -v count="$count" -v printed="$printed" -v used="$used" -v took="$took" '
		BEGIN {
			printf "%-10s %9s %9d %9d %8.1f%% %11.0f %14s\n", name, rate, count, printed,
				100 * (count - printed) / count, printed / took,
				used ? sprintf("%.0f", printed / (used / 100)) : "-"
		}'
}

echo "opensnoop: $count calls of open() in a loop; LOST: not printed; PER CPU SECOND: printed events for each"
echo "second of processor time that the tool took"
echo
printf '%-10s %9s %9s %9s %9s %11s %14s\n' TOOL CALLS/S CALLS PRINTED LOST PRINTED/S "PER CPU SECOND"
for rate in $rates flood; do
	for name in $tools; do
		start "$name"
		used_before=$(ticks)
		if [ "$rate" = flood ]; then
			took=$(as_user "$open_loop" "$work/none/event" "$count")
		else
			took=$(as_user "$open_loop" "$work/none/event" "$count" "$rate")
		fi
		finish "$name" "$rate"
	done
done

echo
echo "From the start of the process to its first line of an event, milliseconds, median of $starts"
echo
(exec setpriv --reuid "$user" --clear-groups "$open_loop" "$work/none/event" 1000000000 2000 >/dev/null) &
loop=$!
trap 'kill "$loop"; rm -rf "$work"' EXIT INT TERM
for name in $tools; do
	: >times
	for _ in $(seq "$starts"); do
		before=$(date +%s%N)
		(
			case $name in
			bcc) exec stdbuf -oL /usr/sbin/opensnoop -u $user 2>/dev/null ;;
			*) traced "$name" 2>/dev/null ;;
			esac
		) | { grep -am 1 event >/dev/null; date +%s%N >after; } || :
		echo $((($(cat after) - before) / 1000)) >>times
	done
	sort -n times | awk -v name="$name" '{ value[NR] = $1 } END { printf "%-10s %8.1f\n", name, value[int((NR + 1) / 2)] / 1000 }'
done
