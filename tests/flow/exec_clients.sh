# SPDX-License-Identifier: MIT
# Loaders that know nothing of corebtf, on a kernel whose BTF is hidden: each fails without corebtf exec,
# and with it reports events that are true. Debian's libbpf-tools and bpftrace, bpftool, a program in Go
# with cilium/ebpf.
[ "$(id -u)" = 0 ] || { echo "skipped: needs root"; exit 77; }
if [ ! "${OWN_MOUNTS:-}" ]; then
	unshare -m true 2>/dev/null || { echo "skipped: no mount namespaces here"; exit 77; }
	OWN_MOUNTS=yes exec unshare -m --propagation private sh "$0"
fi
. "$FLOW/lib.sh"
needs clang bpftool stdbuf
[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF to hide"
release=$(uname -r)
cp /sys/kernel/btf/vmlinux host.btf
mount -t tracefs none /sys/kernel/tracing 2>/dev/null || left_out "no tracefs"
mount -t debugfs none /sys/kernel/debug 2>/dev/null || left_out "no debugfs"

clang -target bpf -g -O2 "-I/usr/include/$("$CC" -print-multiarch)" -c "$FLOW/exec_client.bpf.c" -o client.bpf.o
mkdir bpffs
mount -t bpf none bpffs || skip "no bpffs here"
trap 'cd /; umount -l "$scratch/bpffs"; rm -rf "$scratch"' EXIT
bpftool prog load client.bpf.o bpffs/own >out 2>err || skip "this kernel loads no program of this kind"

# A kernel that shows no BTF: /sys/kernel without btf.
mkdir kernel
mount --rbind /sys/kernel kernel
mount -t tmpfs none /sys/kernel
for entry in kernel/*; do
	name=${entry#*/}
	[ "$name" = btf ] && continue
	if [ -d "$entry" ]; then
		mkdir "/sys/kernel/$name"
	else
		: >"/sys/kernel/$name"
	fi
	mount --rbind "$entry" "/sys/kernel/$name"
done
umount -R -l kernel
[ ! -e /sys/kernel/btf ] || fail "its BTF is not hidden"

# full COMMAND...: with the full BTF of this kernel.
full() {
	set -- --as "release=$release,machine=$(uname -m)" --kernels host.btf -- "$@"
	exec "$COREBTF" exec "$@"
}

# bpftool, and with it libbpf, by either file: the second is read when the first is not there.
if bpftool prog load client.bpf.o bpffs/none >out 2>err; then
	fail "bpftool needs no BTF"
fi
says err "failed to find valid kernel BTF"
(full bpftool prog load client.bpf.o bpffs/sysfs) >out 2>err || fail "bpftool"
(full unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec bpftool prog load client.bpf.o bpffs/boot') >out 2>err ||
	fail "bpftool, by /boot"
bpftool prog show pinned bpffs/boot >out
says out "note_parent"
(full sh -c 'bpftool btf dump file "/boot/vmlinux-$(uname -r)"') >dump 2>err || fail "bpftool btf dump"
says dump "STRUCT 'task_struct'"
ok "bpftool: fails without; $(grep -c '^\[' dump) types with"

# marked OUTPUT PATTERN COMMAND...: calls COMMAND until its mark is in what a tool writes to OUTPUT.
# In the pattern, PID and PARENT are those of the process that did it.
marked() {
	output=$1 pattern=$2
	shift 2
	for _ in $(seq 60); do
		"$@" >/dev/null &
		mark=$!
		wait $mark || :
		seen=$(grep -E "$(printf '%s' "$pattern" | sed "s/PID/$mark/; s/PARENT/$$/")" "$output" || :)
		[ "$seen" ] && return 0
		kill -0 $tool 2>/dev/null || return 1
		sleep 0.2
	done
	return 1
}
# sees NAME PATTERN COMMAND... -- TOOL...: the tool reports what COMMAND does.
sees() {
	name=$1 pattern=$2 command=
	shift 2
	while [ "$1" != -- ]; do
		command="$command $1"
		shift
	done
	shift
	(full stdbuf -oL "$@") >out 2>err &
	tool=$!
	# shellcheck disable=SC2086
	marked out "$pattern" $command || fail "$name does not report it: $pattern"
	kill -INT $tool
	wait $tool || fail "$name: status $?"
	ok "$name: fails without; with it: $(echo $seen)"
}
# needs_btf TEXT TOOL...: it fails without BTF, and says so.
needs_btf() {
	text=$1
	shift
	if timeout 20 "$@" >out 2>err; then
		fail "$1 needs no BTF"
	fi
	cat out >>err
	says err "$text"
}
if [ -x /usr/sbin/execsnoop ]; then
	needs_btf "failed to fetch necessary BTF for CO-RE" /usr/sbin/execsnoop
	sees execsnoop '^true +PID +PARENT +0 /bin/true marked *$' /bin/true marked -- /usr/sbin/execsnoop -n true
	needs_btf "failed to fetch necessary BTF for CO-RE" /usr/sbin/opensnoop
	sees opensnoop "^PID +cat +[0-9]+ +0 +$scratch/client.bpf.o *$" cat "$scratch/client.bpf.o" -- /usr/sbin/opensnoop -n cat
else
	left_out "libbpf-tools is not installed"
fi

# bpftrace 0.17 asks the kernel itself for its BTF, which is refused here: the kernel has it.
if have bpftrace; then
	script='tracepoint:sched:sched_process_exec {
		$t = (struct task_struct *)curtask; printf("%d %d\n", $t->tgid, $t->real_parent->tgid); }'
	needs_btf "Unknown struct/union: 'struct task_struct'" "$REFUSE" btf-ids -- bpftrace -e "$script"
	sees bpftrace '^PID PARENT$' /bin/true -- "$REFUSE" btf-ids -- bpftrace -e "$script"
else
	left_out "bpftrace is not installed"
fi

# cilium/ebpf: with the BTF that is embedded in the program. Its version in Debian 12 cannot read the
# full BTF of newer kernels (ENUM64).
ebpf=/usr/share/gocode/src/github.com/cilium/ebpf
if have go && [ -d $ebpf ]; then
	mkdir go
	cp "$FLOW/exec_client.go" go/
	(cd go && GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS= CGO_ENABLED=0 GOCACHE="$GO_CACHE" \
		nice go build -o ../client exec_client.go) >out 2>err || fail "go build"
	if ./client client.bpf.o >out 2>err; then
		fail "it needs no BTF"
	fi
	says err "not supported"
	status 0 embed client client.bpf.o --as "release=$release,machine=$(uname -m)" --kernels host.btf
	status 0 exec -- ./client client.bpf.o
	says out "the parent is right"
	# By the other file.
	status 0 exec --bundle client -- unshare -m \
		sh -c 'mount -t tmpfs none /sys/kernel/btf && exec ./client client.bpf.o'
	says out "the parent is right"
	ok "cilium/ebpf: fails without; with it: $(cat out)"
else
	left_out "no Go or no cilium/ebpf here"
fi
