# SPDX-License-Identifier: MIT
# The sample tracer, with a ring buffer and, given the BTF of a kernel that has none, with a perf
# buffer: real events through both.
. "$FLOW/lib.sh"

[ "$(id -u)" = 0 ] || skip "needs root"
[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"

# The trimmed BTF has the type that the choice needs. Under another name it is missing.
status 0 trim "$OBJECT" --kernels /sys/kernel/btf/vmlinux -o ring.btf
[ "$(grep -c bpf_ringbuf ring.btf)" = 1 ] || fail "trimming lost struct bpf_ringbuf"
sed 's/bpf_ringbuf/bpf_ringbuX/' ring.btf >perf.btf

for kind in ring perf; do
	: >err # what the one before said must not be taken for this one
	COREBTF_BTF=$PWD/$kind.btf "$EXECSNOOP" -t 3 >out 2>err &
	tracer=$!
	tries=0
	while ! grep -q tracing err && [ $tries -lt 50 ]; do
		kill -0 $tracer 2>/dev/null || fail "$kind: it ended"
		sleep 0.1
		tries=$((tries + 1))
	done
	ln -sf /bin/true "hello-$kind"
	"./hello-$kind"
	wait $tracer || fail "$kind: status $?"
	says err "tracing, through a $kind buffer"
	says out "./hello-$kind"
done
