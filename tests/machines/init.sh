#!/bin/busybox sh
# SPDX-License-Identifier: MIT
# The first and only process of the virtual machine: runs one step after the other and powers off.
# What a step says stands on the serial line between "== NAME" and "== status N", for kernel32.sh
# to judge.
# shellcheck shell=dash
export PATH=/bin
/bin/busybox mkdir -p /dev /proc /sys /tmp
/bin/busybox --install -s /bin
mount -t devtmpfs none /dev
mount -t proc none /proc
mount -t sysfs none /sys
mount -t tmpfs none /tmp

step() {
	echo "== $1"
	shift
	"$@" 2>&1
	echo "== status $?"
}

# One program is started while execsnoop, as the arguments start it, traces. What it says of itself
# comes first, then what execsnoop saw.
trace() {
	"$@" >/tmp/events 2>/tmp/err &
	tracer=$!
	for _ in $(seq 100); do
		grep -q tracing /tmp/err && break
		kill -0 $tracer || break
		sleep 0.2
	done
	# The inner shell is not process 1's child, and becomes the program.
	sh -c 'sh -c "echo started \$\$ \$PPID; exec /bin/true"; :'
	for _ in $(seq 50); do
		grep -q /bin/true /tmp/events && break
		sleep 0.2
	done
	kill -INT $tracer
	wait $tracer
	status=$?
	cat /tmp/err /tmp/events
	return $status
}

step kernel uname -rm
step own-btf ls /sys/kernel/btf/vmlinux
step facts /task_facts /tmp/handed.btf
step bytes sha256sum /tmp/handed.btf
step without-memfd /refuse memfd -- /task_facts
step without-section /task_facts_bare
step wrong-btf env COREBTF_BTF=/wrong.btf /task_facts_bare
step trace trace /execsnoop
step trace-without-section /execsnoop_bare -t 1

# Nothing but the files of corebtf exec has BTF for these.
exec="/corebtf exec --kernels /kernels.pack --"
mkdir -p /sys/fs/bpf /boot
mount -t bpf none /sys/fs/bpf
mount -t debugfs none /sys/kernel/debug
cat /proc/self/mountinfo >/tmp/before
step exec-without /bpftool prog load /task_facts.bpf.o /sys/fs/bpf/without
# shellcheck disable=SC2086 # several words
{
	step exec-bpftool $exec /bpftool prog loadall /task_facts.bpf.o /sys/fs/bpf/with
	step exec-facts $exec /task_facts_bare
	step exec-trace trace $exec /execsnoop_bare
}
outside() {
	cat /proc/self/mountinfo | cmp - /tmp/before && [ ! -e /sys/kernel/btf ] && [ -z "$(ls /boot)" ]
}
step exec-outside outside
poweroff -f
