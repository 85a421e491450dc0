#!/bin/sh
# SPDX-License-Identifier: MIT
# Shows the tracer with BTFs embedded into it, with the kernel's own BTF hidden; the
# second half of `./dev demo`.
#
#   demo.sh COREBTF EXECSNOOP FOLDER    FOLDER is made anew; run from the repository's root
set -eu
corebtf=$1 tracer=$2 demo=$3
PATH=$PATH:/usr/sbin:/sbin # where Debian keeps bpftool
rm -rf "$demo"

say() {
	printf '%s\n' "$*"
}

heading() {
	printf '\n== %s\n' "$*"
}

die() {
	printf 'demo: %s\n' "$*" >&2
	exit 1
}

kernel_btf=/sys/kernel/btf/vmlinux

# Runs a command with the kernel's BTF hidden: in a mount namespace of its own, with an
# empty tmpfs over its folder and nothing in the other places that libbpf looks into. The mounts
# must not propagate. In a chroot, where / is not a mount, that works for /sys only; this is
# enough, since a chroot has no image of this kernel.
without_kernel_btf() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m --propagation unchanged sh -eu -c '
		if mount --make-rprivate / 2>/dev/null; then
			r=$(uname -r)
			for file in "/boot/vmlinux-$r" "/lib/modules/$r/vmlinux-$r" \
				"/lib/modules/$r/build/vmlinux" "/usr/lib/modules/$r/kernel/vmlinux" \
				"/usr/lib/debug/boot/vmlinux-$r" "/usr/lib/debug/boot/vmlinux-$r.debug" \
				"/usr/lib/debug/lib/modules/$r/vmlinux"; do
				if [ -f "$file" ]; then
					mount --bind /dev/null "$file"
				fi
			done
		elif [ -d /sys/kernel/btf ]; then
			mount --make-rprivate /sys
		fi
		if [ -d /sys/kernel/btf ]; then
			mount -t tmpfs none /sys/kernel/btf
		fi
		exec "$@"' sh "$@"
}

# Prints why the tracer cannot be loaded here; nothing if it can.
why_no_load() {
	if [ "$(id -u)" != 0 ]; then
		say "that takes root"
	elif ! without_kernel_btf true 2>/dev/null; then
		say "this root may not hide the kernel's BTF in a mount namespace"
	elif ! bpftool feature probe kernel 2>/dev/null |
		grep -q 'program_type raw_tracepoint is available'; then
		say "this kernel lets us load no BPF program of the kind"
	elif ! "$corebtf" lookup "$demo/execsnoop" >/dev/null 2>&1; then
		say "this kernel has no BTF to embed, and is none of those in samples/kernels.pack"
	fi
}

# Starts a few programs, each with a different name, and writes "pid file" of each.
make_execs() {
	for number in 1 2 3 4; do
		ln -sf /bin/true "$demo/hello-$number"
		# shellcheck disable=SC2016 # for the inner shell, whose pid the program will have
		sh -c 'echo "$$ $1" >>"$2" && exec "$1"' sh "$demo/hello-$number" "$demo/made"
	done
}

# In a pid namespace the pids that the kernel reports differ from those seen here. The first
# namespace has the same number on every kernel (PROC_PID_INIT_INO).
sees_kernel_pids() {
	[ "$(readlink /proc/self/ns/pid)" = "pid:[4026531836]" ]
}

# Of the events that the tracer printed, those of make_execs: by file name and, where it can be
# compared, by pid.
own_events() {
	compare=0
	sees_kernel_pids && compare=1
	awk -v compare="$compare" '
		NR == FNR { pid[$2] = $1; next }
		$5 in pid && (!compare || $1 == pid[$5])' "$demo/made" "$demo/events"
}

show_failure() {
	heading "3. Without its section, and with the kernel's BTF hidden"
	say "\$ corebtf remove, then execsnoop on a mount of an empty folder over /sys/kernel/btf:"
	"$corebtf" remove "$demo/execsnoop" -o "$demo/execsnoop-without" --quiet
	if without_kernel_btf "$demo/execsnoop-without" -t 1 >"$demo/log" 2>&1; then
		cat "$demo/log"
		die "the tracer ran although it had no BTF"
	fi
	sed 's/^/  /' "$demo/log"
	grep -q '^libbpf: .*BTF' "$demo/log" || die "it failed, but not for want of BTF"
	say "It cannot run: libbpf needs BTF to find the fields of this kernel's structs."
}

show_events() {
	heading "4. With its section, and with the kernel's BTF still hidden"
	: >"$demo/made"
	without_kernel_btf "$demo/execsnoop" -t 3 >"$demo/events" 2>"$demo/log" &
	running=$!
	trap 'kill "$running" 2>/dev/null || :' EXIT INT TERM
	while kill -0 "$running" 2>/dev/null && ! grep -q tracing "$demo/log"; do
		sleep 1
	done
	make_execs
	status=0
	wait "$running" || status=$?
	trap - EXIT INT TERM
	sed 's/^/  /' "$demo/log"
	[ "$status" = 0 ] || die "the tracer failed"
	grep -q 'own section' "$demo/log" || die "the BTF did not come out of the section"

	own_events >"$demo/own"
	total=$(($(wc -l <"$demo/events") - 1))
	if [ "$total" -le 20 ]; then
		sed 's/^/  /' "$demo/events"
	else
		{
			head -n 1 "$demo/events"
			cat "$demo/own"
		} | sed 's/^/  /'
		say "  and $((total - $(wc -l <"$demo/own"))) more from the rest of this machine"
	fi
	[ -s "$demo/own" ] || die "none of the programs that the demo started is among these events"
	say
	say "These are real: $(wc -l <"$demo/own") of them are programs that this demo started just now."
	if sees_kernel_pids; then
		say "Their pids are those that the shell wrote down."
	fi
	say "The BTF came from the tracer's own file. This kernel's BTF was hidden from libbpf, as on a"
	say "kernel that was built without BTF. (The kernel itself still has it: program types that"
	say "need the kernel's own BTF, see README.md, work here and would not there.)"
}

demo() {
	mkdir -p "$demo"
	heading "2. Embed: from each kernel's BTF, what this tracer needs, into the tracer's own file"
	set -- samples/kernels.pack
	if [ -r "$kernel_btf" ]; then
		set -- "$@" --kernels "$kernel_btf"
	fi
	say "\$ corebtf embed execsnoop --kernels-with-btf --kernels $*"
	"$corebtf" embed "$tracer" -o "$demo/execsnoop" --kernels-with-btf --kernels "$@" 2>&1
	say
	say "\$ corebtf list execsnoop"
	"$corebtf" list "$demo/execsnoop"

	why=$(why_no_load)
	if [ -n "$why" ]; then
		heading "Not shown: the tracer at work"
		say "All the rest is done. Loading the tracer is left out: $why."
		return 0
	fi
	show_failure
	show_events
}

demo
