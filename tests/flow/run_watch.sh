# SPDX-License-Identifier: MIT
# corebtf run --watch: while numbered programs start, the object is replaced, twice by a version that
# works and once by one that does not. No program is missed.
. "$FLOW/lib.sh"
[ -x "$RUNNER" ] || skip "the runner was not built here"
needs clang
[ "$(id -u)" = 0 ] || skip "not root"
[ -r /sys/kernel/btf/vmlinux ] || skip "the kernel has no BTF"
compile() { # OUT FLAG...
	out=$1
	shift
	clang -target bpf -g -O2 "$@" -I "$FLOW/../../runtime/include" \
		-idirafter "/usr/include/$("$CC" -print-multiarch)" -c "$FLOW/tool.bpf.c" -o "$out" ||
		fail clang
}
compile execs.bpf.o
compile other.o
printf ' ' >>other.o # other bytes, the same programs
"$COREBTF" run --watch execs.bpf.o --json >events 2>messages &
watcher=$!
trap 'kill -9 $watcher 2>/dev/null || :; cd /; rm -rf "$scratch"' EXIT

said() { # COUNT TEXT: a message, within ten seconds
	for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
		[ "$(grep -c "$2" messages)" -lt "$1" ] || return 0
		kill -0 $watcher || break
		sleep 0.5
	done
	cat messages
	fail "not said: $2"
}
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	ln -sf /bin/true begin
	./begin
	sleep 0.2
	! grep -q '"begin"' events || break
done
grep -q '"begin"' events || fail "nothing is printed: $(cat messages)"

number=0
some() { # COUNT: so many programs, each with a name of its own
	last=$((number + $1))
	while [ $number -lt $last ]; do
		number=$((number + 1))
		ln -s /bin/true watched$number
		./watched$number
	done
}
some 50
cp other.o new && mv new execs.bpf.o # replaced, as compilers do
some 100
said 1 "replaced by the new version"
echo "no BPF object" >execs.bpf.o # written in place
some 50
said 1 "the old one goes on"
compile execs.bpf.o
some 100
said 2 "replaced by the new version"
kill -HUP $watcher # the same version again
some 50
said 3 "replaced by the new version"
some 50
sleep 0.5
kill -TERM $watcher
got=0
wait $watcher || got=$?
[ $got = 0 ] || fail "status $got: $(cat messages)"
while [ $number -gt 0 ]; do
	grep -q "\"watched$number\"" events || fail "watched$number is missing"
	number=$((number - 1))
done
# Every line is one object: those of two runners do not mix.
! grep -v '^{.*}$' events || fail "a broken line"
ok "400 programs, $(grep watched events | grep -vc _map) events"
! pgrep -f "$scratch" >/dev/null || fail "a runner is left"

# The runner's own end is the end, with its status.
got=0
"$COREBTF" run --watch execs.bpf.o --duration 0.5 >events 2>messages || got=$?
[ $got = 0 ] || fail "status $got: $(cat messages)"
got=0
"$COREBTF" run --watch execs.bpf.o --no-such-option >events 2>messages || got=$?
[ $got = 2 ] || fail "status $got: $(cat messages)"
status 1 run --watch none.bpf.o
