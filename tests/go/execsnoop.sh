# SPDX-License-Identifier: MIT
# The tracer in Go: built as docs/go.md says, with the BTFs embedded into what the linker of Go wrote,
# also without symbols and after strip, and run with the kernel's BTF hidden. Its events are compared
# with those of the tracer in C.
. "$(dirname "$0")/lib.sh"

needs clang llvm-strip
[ -d $debian/src/github.com/cilium/ebpf ] || skip "golang-github-cilium-ebpf-dev is not here"
kernel_btf=/sys/kernel/btf/vmlinux

BPF2GO_CFLAGS="-I$SOURCE/runtime/include -idirafter /usr/include/$(gcc -print-multiarch)"
export BPF2GO_CFLAGS
cd "$own/go/execsnoop"
quietly go vet corebtf.example/go/corebtf
quietly go generate
quietly go build -o "$work/plain"
quietly go build -ldflags "-s -w" -o "$work/small"
cd "$work"

# embeds PROGRAM KERNELS
embeds() {
	quietly "$COREBTF" embed "$1" --kernels "$2" --kernels-with-btf
}
for kind in plain small; do
	# One BPF object: that of the machine's byte order.
	embeds $kind "$KERNELS"
	[ "$(grep -c 'found BPF object' log)" = 1 ] || fail "$kind: not one BPF object was found"
	"$COREBTF" list $kind >list || fail "$kind: what was embedded cannot be read"
	quietly "$COREBTF" verify $kind --kernels "$KERNELS"
	quietly ./$kind -h
done
cp small stripped
quietly strip -s stripped
ok "embedded into executables of Go's linker"

[ "$(id -u)" = 0 ] || skip "needs root: the programs are not run"
[ -r $kernel_btf ] || skip "this kernel has no BTF to embed: the programs are not run"

# hidden COMMAND...: with an empty folder over that of the kernel's BTF.
hidden() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$@"' sh "$@"
}
hidden true 2>/dev/null || skip "the kernel's BTF cannot be hidden here"

cp plain without
quietly "$COREBTF" remove without
embeds plain $kernel_btf
embeds small $kernel_btf
cp small stripped
quietly strip -s stripped
cp without other
embeds other "$KERNELS"

refused() {
	got=0
	hidden "./$1" -t 1 >out 2>log || got=$?
	[ $got = 1 ] || fail "$1: status $got"
	grep -q "$2" log || fail "$1: does not say: $2"
}
refused without 'has no section .corebtf'
refused other "no BTF for release $(uname -r) on machine"
ok "refused without a BTF for this kernel"

# With the kernel's own BTF, if this cilium/ebpf can read it: 0.9.1 does not know the enumerators of 64
# bits that kernels have since 6.0. A trimmed BTF has only what is asked for.
if ./without -t 1 >out 2>log; then
	grep -q "BTF: the kernel's own" log || fail "the kernel's BTF was not used"
elif grep -q 'unknown kind' log; then
	left_out "this cilium/ebpf cannot read the kernel's own BTF"
else
	grep -q 'cannot be loaded\|cannot attach' log || fail "without, with the kernel's BTF"
	skip "this kernel loads no program of this kind"
fi

# starts NAME COMMAND...: runs a tracer in the background until it traces.
started=
starts() {
	name=$1
	shift
	hidden "$@" -t 8 >"$name.out" 2>"$name.log" &
	started="$started $!"
	tries=0
	until grep -q tracing "$name.log" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || {
			cp "$name.log" log
			fail "$name: does not trace"
		}
		sleep 0.1
	done
}

# events NAME: of what the tracer printed, the programs that this test started.
events() {
	grep -F "$work/hello-" "$1.out" | sort
}
for kind in plain small stripped; do
	starts $kind ./$kind
	grep -q "out of this program's own section" $kind.log || fail "$kind: not by its section"
done
if [ "${EXECSNOOP:-}" ]; then
	cp "$EXECSNOOP" in-c
	embeds in-c $kernel_btf
	starts in-c ./in-c
fi
# And without a BTF in it, in the place that `corebtf exec` makes.
starts by-exec "$COREBTF" exec --quiet --bundle small -- ./without
grep -q "BTF: the kernel's own" by-exec.log || fail "exec: the BTF is from elsewhere"
for number in 1 2 3 4 5; do
	ln -s /bin/true "hello-$number"
	"$work/hello-$number"
done
for tracer in $started; do
	wait "$tracer" || fail "a tracer failed"
done
events plain >want
[ "$(wc -l <want)" = 5 ] || {
	cp plain.out log
	fail "not all programs are among the events"
}
for kind in small stripped by-exec ${EXECSNOOP:+in-c}; do
	events $kind | cmp -s - want || {
		{ events $kind | diff - want; } >log || :
		fail "$kind: other events"
	}
done
awk -v parent=$$ '$2 != parent { exit 1 }' want || fail "the parent of the programs is another"
ok "events of three builds, and by corebtf exec${EXECSNOOP:+, are those of the tracer in C}"
