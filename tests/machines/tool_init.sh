#!/bin/busybox sh
# SPDX-License-Identifier: MIT
# The first and only process of the virtual machine of tool.sh: one program is started while the tool
# traces; then it powers off.
# shellcheck shell=dash
export PATH=/bin
/bin/busybox mkdir -p /dev /proc /sys /tmp
/bin/busybox --install -s /bin
mount -t devtmpfs none /dev
mount -t proc none /proc
mount -t sysfs none /sys
mount -t tmpfs none /tmp

trace() {
	/execs --name marked --level low --json -d 4 >/tmp/events 2>/tmp/err &
	tool=$!
	ln -s /bin/busybox /tmp/marked
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		sleep 0.2
		# The inner shell is not process 1's child, and becomes the program.
		sh -c 'sh -c "echo started \$\$ \$PPID; exec /tmp/marked true"; :'
	done
	wait $tool
	status=$?
	cat /tmp/err /tmp/events
	return $status
}

echo "== kernel"
uname -rm
ls /sys/kernel/btf/vmlinux 2>&1
echo "== trace"
trace
echo "== status $?"
poweroff -f
