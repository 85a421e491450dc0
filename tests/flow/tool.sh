#!/bin/sh
# SPDX-License-Identifier: MIT
# corebtf tool and corebtf run: one file out of a BPF object, its options, what is refused; as root
# also its events, with the kernel's BTF hidden.
. "$FLOW/lib.sh"
[ -x "$RUNNER" ] || skip "the runner was not built here"
have clang || skip "no clang"

compile() { # SOURCE OBJECT
	clang -target bpf -g -O2 -I "$FLOW/../../runtime/include" \
		-idirafter "/usr/include/$("$CC" -print-multiarch)" -c "$FLOW/$1" -o "$2" 2>err ||
		fail "clang $1"
}
compile tool.bpf.c execs.bpf.o

# --- what is made -------------------------------------------------------------------------------
mkdir made
status 0 tool execs.bpf.o -o made/execs --kernels "$KERNELS" --select os=debian:12
says err "made/execs: a tool for"
only made execs
[ "$(stat -c %a made/execs)" = "$(stat -c %a "$RUNNER")" ] || fail "mode $(stat -c %a made/execs)"
! readelf -lW made/execs | grep INTERP || fail "not static"
status 0 list made/execs --json
says out '"release"'
status 0 tool execs.bpf.o -o again --kernels "$KERNELS" --select os=debian:12 --name execs
same made/execs again
# The commands for executables find object and BTFs in it.
status 0 verify made/execs --kernels "$KERNELS" --select os=debian:12
cp made/execs other
status 0 embed other --kernels "$KERNELS" --select os=debian:11
status 0 remove other
./other --list >out 2>err || fail "without a bundle"
says out on_exec
if [ -r /sys/kernel/btf/vmlinux ]; then
	# All kernels show BTF of their own, so none is carried.
	status 0 tool execs.bpf.o -o own --kernels /sys/kernel/btf/vmlinux
	says err "for kernels that have BTF of their own"
	status 1 list own
fi
status 0 tool execs.bpf.o -o default
ok "a tool of one file"

for strip in "strip -s" "llvm-strip -s" "eu-strip" "objcopy"; do
	have "${strip%% *}" || continue
	cp made/execs stripped
	$strip stripped || fail "$strip"
	./stripped --list >out 2>err || fail "after $strip"
	says out on_exec
	status 0 list stripped
done
ok "survives strip"

# --- its options --------------------------------------------------------------------------------
made/execs --help >out
says out "Usage: execs [OPTION...]"
says out "      --pid N               only this process"
says out "      --all-parents         also those whose parent is process 1"
says out "      --small N             (default: 7)"
says out "      --wide N              (default: -1)"
says out "      --level low|high      (default: high)"
says out "      --name TEXT           only programs of this name"
says out "      --var-json N          called as one of the runner's options"
says_not out no-option

refuses() { # TEXT ARGUMENT...
	text=$1
	shift
	got=0
	made/execs "$@" >out 2>err || got=$?
	[ $got = 2 ] || fail "execs $*: status $got, not 2"
	[ "$(wc -l <err)" = 1 ] || fail "execs $*: not one line"
	says err "execs: $text"
}
refuses "--small takes a whole number from 0 to 255, not '256'" --small 256
refuses "--small takes a whole number from 0 to 255, not '-1'" --small=-1
refuses "--small takes a whole number from 0 to 255, not '1x'" --small 1x
refuses "--wide takes a whole number from -9223372036854775808 to 9223372036854775807" --wide 9223372036854775808
refuses "--pid takes a whole number from -2147483648 to 2147483647, not ''" --pid ''
refuses "--level is one of low, high, not 'middle'" --level middle
refuses "--level is one of low, high, not '2'" --level 2
refuses "--name takes text of at most 15 bytes" --name 1234567890123456
refuses "--all-parents is true or false, not 'maybe'" --all-parents=maybe
refuses "--pid takes a value" --pid
refuses "there is no option --no-option" --no-option 1
refuses "there is no option -x" -x
refuses "--duration takes seconds from 0.001" --duration 0
refuses "--event takes MAP=TYPE, not 'execs'" --event execs
refuses "'5' is no option" 5
for accepted in --small=0xff --wide=-9223372036854775808 --level=LEVEL_LOW --level=5 \
	--all_parents --all-parents=no --name=123456789012345; do
	made/execs "$accepted" --help >out 2>err || fail "$accepted was refused"
done
made/execs --level low --small 8 --help >out
says out "(default: low)"
ok "options from the program, with their ranges"

made/execs --list >out
grep -q '^on_exec .*sched_process_exec .* yes$' out || fail "--list: on_exec"
grep -q '^refused .* yes, if it loads (optional)$' out || fail "--list: refused"
grep -q '^missing .* no: ' out || fail "--list: missing"
ok "--list"

# --- what is refused ----------------------------------------------------------------------------
says_why() { # TEXT ARGUMENT...
	text=$1
	shift
	status 1 "$@"
	says err "$text"
	[ ! -e bad ] || fail "corebtf $*: wrote its output"
}
echo no >text.bpf.o
says_why "text.bpf.o" tool text.bpf.o -o bad --no-kernels
says_why "it is no runner of corebtf" tool execs.bpf.o -o bad --no-kernels --runner /bin/true
says_why "it carries a tool already" tool execs.bpf.o -o bad --no-kernels --runner made/execs
says_why "no runner for s390x is installed" tool execs.bpf.o -o bad --no-kernels --machine s390x
mkdir twice
cp execs.bpf.o twice
says_why "a second object of this name" tool execs.bpf.o twice/execs.bpf.o -o bad --no-kernels
status 2 tool execs.bpf.o
status 2 tool -o bad
status 2 tool execs.bpf.o -o .hidden --no-kernels
cp execs.bpf.o kept.bpf.o
status 1 tool kept.bpf.o -o kept.bpf.o --no-kernels
same execs.bpf.o kept.bpf.o
status 1 run text.bpf.o
says err "text.bpf.o: it is no BPF object"
status 2 run
status 0 run execs.bpf.o --help
says out "--all-parents"
got=0
"$RUNNER" 2>err || got=$?
[ $got = 2 ] || fail "a runner without a tool: status $got"
says err "carries no tool"
# A damaged tool says so.
offset=$(grep -obUaF 'execs/execs.bpf.o' made/execs | tail -n 1 | cut -d: -f1)
cp made/execs damaged
printf X | dd of=damaged bs=1 seek="$offset" conv=notrunc status=none
got=0
./damaged --list >out 2>err || got=$?
[ $got = 1 ] || fail "a damaged tool: status $got"
says err "the tool is damaged"
ok "bad input"

# --- as root ------------------------------------------------------------------------------------
[ "$(id -u)" = 0 ] || skip "the rest needs root"
[ -r /sys/kernel/btf/vmlinux ] || skip "the rest needs a kernel with BTF"
"$COREBTF" tool execs.bpf.o -o here --kernels /sys/kernel/btf/vmlinux --kernels-with-btf --quiet
if ! ./here -q -d 0.1 >out 2>err; then
	grep -q 'takes root' err && skip "this root may load no BPF programs"
	fail "here"
fi
# without_btf COMMAND...: with the kernel's BTF hidden. It replaces the shell, so that a signal reaches the
# command: call it in the background or in a subshell.
without_btf() {
	exec unshare -m --propagation unchanged sh -c '
		mount --make-rprivate / 2>/dev/null || mount --make-rprivate /sys
		mount -t tmpfs none /sys/kernel/btf && exec "$@"' sh "$@"
}
(without_btf true) 2>err || skip "no mounts can be made here"

# events COMMAND...: starts the tool, then three programs, and ends it.
events() {
	ln -sf /bin/true started-1
	: >out
	"$@" >out 2>err &
	tool=$!
	for _ in $(seq 100); do
		grep -q . out && break
		kill -0 $tool 2>/dev/null || break
		sleep 0.05
		./started-1
	done
	sleep 0.1
	kill -TERM $tool 2>/dev/null || :
	got=0
	wait $tool || got=$?
	[ $got = 0 ] || fail "$*: status $got"
}
events without_btf ./here --name started-1 --level low --json
says out '"comm":"started-1"'
says out '"level":"LEVEL_LOW"'
says_not out '"comm":"sh"'
grep -q '^here: [0-9,]* events\{0,1\}, 0 lost, in ' err || fail "no summary"
grep -q '^here: refused: not attached: .*failed' err || fail "nothing is said of the optional program"
grep -q '^here: missing: not attached: ' err || fail "nothing is said of the missing tracepoint"
ok "events with the kernel's BTF hidden"

events ./here --name started-1
grep -q '^ *PID  *PPID  *LEVEL  *COMM' out || fail "no titles"
grep -q 'LEVEL_HIGH.*started-1' out || fail "no event"
grep -q '^counts:$' out || fail "the map is not printed at the end"
grep -q '^started-1  *[0-9]' out || fail "the map has no entry"
events ./here --name started-1 --json --map counts --clear
grep -q '"_map":"counts","key":{"comm":"started-1"},"value":[0-9]' out || fail "the map as JSON"
ok "maps"

if have python3; then
	./here --name started-1 --metrics 0 --count execs=comm -d 10 >out 2>err &
	tool=$!
	for _ in $(seq 100); do
		grep -q 'metrics at' err && break
		sleep 0.05
	done
	sleep 0.2
	./started-1
	sleep 0.2
	url=$(sed -n 's/.*metrics at //p' err)
	if [ "$url" ]; then
		python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())' \
			"$url" >page || fail "$url cannot be read"
		grep -q '^here_counts_total{comm="started-1"} 1$' page || fail "the map: $(cat page)"
		grep -q '^here_events_total{map="execs",comm="started-1"} 1$' page || fail "the events: $(cat page)"
		ok "metrics"
	else
		grep -q libmicrohttpd err || fail "no metrics"
		left_out "metrics: libmicrohttpd is not here"
	fi
	kill $tool 2>/dev/null || :
	wait $tool || :
fi
events "$COREBTF" run execs.bpf.o --name started-1
grep -q started-1 out || fail "corebtf run: no event"
events without_btf "$COREBTF" run --bundle here execs.bpf.o --name started-1
grep -q started-1 out || fail "corebtf run --bundle: no event"
cp /sys/kernel/btf/vmlinux "$(uname -r).btf"
"$COREBTF" pack --as os=debian:12,machine="$(uname -m)" "$(uname -r).btf" -o own.pack --quiet
events without_btf "$COREBTF" run --kernels own.pack execs.bpf.o --name started-1
grep -q started-1 out || fail "corebtf run --kernels: no event"
ok "corebtf run"

got=0
(without_btf ./other) >out 2>err || got=$?
[ $got = 1 ] || fail "without any BTF: status $got"
says err "the kernel has no BTF, and none is in this file"
got=0
./here --program missing >out 2>err || got=$?
[ $got = 1 ] || fail "nothing to attach: status $got"
says err "here: missing: not attached"
says err "here: no program is attached"
got=0
./here -d 0.1 --map nothing >out 2>err || got=$?
[ $got = 1 ] || fail "--map of no map: status $got"
says err "there is no map nothing"
got=0
./here -d 0.1 --event nothing=event >out 2>err || got=$?
[ $got = 1 ] || fail "--event of no map: status $got"
says err "there is no ring buffer or perf buffer nothing"
ok "what cannot be attached"

# Once it is attached it has no capabilities, and cannot get any.
./here -d 5 >out 2>err &
tool=$!
sleep 0.5
grep -E '^(CapPrm|CapEff|CapBnd|NoNewPrivs)' "/proc/$tool/status" >caps
kill -TERM $tool
wait $tool || fail "SIGTERM: status $?"
[ "$(grep -c '^Cap.*0000000000000000$' caps)" = 3 ] || [ "$(uname -r | cut -d. -f1)" -lt 6 ] ||
	fail "capabilities are left: $(cat caps)"
grep -q 'NoNewPrivs:.*1' caps || fail "no_new_privs is not set"
ok "drops capabilities"
