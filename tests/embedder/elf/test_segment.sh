#!/bin/sh
# SPDX-License-Identifier: MIT
# The reserved segment and the shared object with other tools: gdb, valgrind, AddressSanitizer,
# separate debug files, file capabilities, links; and what is refused, with which message. The matrix
# of linkers and strip tools is in test_matrix.sh.
#
# environment: as test_matrix.sh
. "$(dirname "$0")/../../support/lib.sh"
script=$SOURCE/linker-scripts/corebtf.ld
probe=$SOURCE/tests/embedder/elf/matrix/probe.c
cc=${CC:-cc}
. "$SOURCE/tests/embedder/elf/matrix/runtime.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cd "$work"

corebtf()
{
	"$COREBTF" "$@" --quiet
}

# build OUTPUT ARGUMENT...: the probe with the static library
build()
{
	output=$1
	shift
	# shellcheck disable=SC2086 # several libraries
	"$cc" -g -I "$SOURCE/runtime/include" "$probe" -o "$output" "$@" "$STATIC" $LINK_WITH
}

# prints WANTED PROGRAM...
prints()
{
	wanted=$1
	shift
	said=$("$@" 2>&1) || :
	test "$said" = "$wanted" || fail "$*: '$said', not '$wanted'"
}

# refuses TEXT ARGUMENT...: corebtf fails with that text, and the file stays as it is
refuses()
{
	text=$1
	shift
	if "$COREBTF" "$@" >out 2>says; then
		fail "corebtf $* did what it has to refuse"
	fi
	grep -qF -e "$text" says || fail "corebtf $*: $(cat says)"
}

build_runtime "" "$cc" plain-runtime
STATIC=plain-runtime/libcorebtf.a
build plain
corebtf embed plain "$OBJECT" --kernels "$KERNELS" -o carrier
corebtf convert carrier -o small
count=$("$COREBTF" list carrier --json | grep -c '"release"')
for _ in $(seq 40); do cat small; done >big
big=$((count * 40))
prints "0 nowhere -61" ./plain
prints "$count file 0" ./carrier

build reserved -Wl,-T,"$script"
prints "0 nowhere -61" ./reserved
corebtf embed reserved --bundle big -o filled
prints "$big mapped 0" ./filled

# The command says which way it took: a section gets a warning, a segment needs none.
"$COREBTF" embed plain --bundle small -o out.1 2>says
grep -q 'keep-section=.corebtf' says || fail "no warning about strip: $(cat says)"
"$COREBTF" embed reserved --bundle small -o out.1 2>says
grep -q 'in its segment .corebtf' says || fail "$(cat says)"
if grep -q keep-section says; then fail "a warning that is not true: $(cat says)"; fi
refuses 'empty: nothing was embedded yet' remove reserved
refuses 'nothing was embedded yet' list reserved

# Without /proc and without section headers the segment is still found.
cp filled sstripped
corebtf embed reserved --bundle small -o sstripped
printf '\0\0\0\0\0\0\0\0' | dd of=sstripped bs=1 seek=40 conv=notrunc 2>dd-says
printf '\0\0\0\0' | dd of=sstripped bs=1 seek=60 conv=notrunc 2>dd-says
prints "$count mapped 0" ./sstripped
refuses 'section header is gone' embed sstripped --bundle small
refuses 'section header is gone' remove sstripped
if [ "$(id -u)" = 0 ] && have unshare && build static -static -Wl,-T,"$script" 2>static-says; then
	corebtf embed static --bundle big
	mkdir -p bare
	cp static bare/
	prints "$big mapped 0" chroot bare /static
else
	left_out "a folder without /proc: not root, or no static libraries"
fi

# All other segments stay where they are, byte for byte, but for the headers in the first one.
readelf -l -W reserved | awk '$1 == "LOAD" {print $2, $5}' >loads
sed '$d' loads | while read -r at length; do
	cmp -s -n $((length)) -i $((at)) reserved filled ||
		test "$(cmp -l -n $((length)) -i $((at)) reserved filled | wc -l)" -le 24 ||
		fail "bytes of the segment at $at changed"
done
readelf -h reserved | grep -v 'Start of section headers' >before
readelf -h filled | grep -v 'Start of section headers' | cmp - before ||
	fail "the ELF header changed"

# Loaded sections come before all others in the file, as linkers have it.
readelf -S -W filled | sed -n 's/^ *\[ *[0-9]*\] *//p' | awk '
	$1 == "NULL" || $2 == "NOBITS" { next }
	$3 == "0000000000000000" { first = first ? first : $4; next }
	{ last = $4 }
	END { exit !(last < first) }' || fail "a loaded section is behind others: $(readelf -S -W filled)"

# A payload behind the program, before embedding and after it: it moves with the section headers, so
# that it is found from the end of the file and from theirs.
payload_at() { # FILE: how far behind the section headers the payload is, or nothing
	python3 -c 'import struct, sys
data = open(sys.argv[1], "rb").read()
start, = struct.unpack_from("<Q", data, 40)
entry, count = struct.unpack_from("<HH", data, 58)
print(data.rfind(b"payload") - start - entry * count)' "$1"
}
{ cat reserved; printf 'payload'; } >payload && chmod +x payload
corebtf embed payload --bundle big -o life
prints "$big mapped 0" ./life
test "$(tail -c 7 life)" = payload || fail "payload: not at the end of the file any more"
if have python3 && [ "$(readelf -h life | grep -c 'ELF64')" = 1 ]; then
	test "$(payload_at life)" = "$(payload_at payload)" ||
		fail "payload: $(payload_at life) behind the section headers, $(payload_at payload) before"
else
	skip "where the payload is: no python3, or not 64-bit"
fi
corebtf embed life --bundle small
corebtf remove life
cmp life payload || fail "payload: not the same file again"
cp filled late && printf 'payload' >>late
corebtf embed late --bundle small -o late-1
prints "$count mapped 0" ./late-1
corebtf embed late-1 --bundle small -o late-2
cmp late-1 late-2 || fail "a late payload: replacing makes it grow"
test "$(tail -c 7 late-1)" = payload || fail "the late payload is not at the end any more"
corebtf remove late-1 -o late-0
prints "0 nowhere -61" ./late-0
cmp late-0 payload || fail "a late payload: not the file as linked and the payload"

# What is refused. A writable section behind it, one that shares its segment, two of them.
printf '.section .behind, "aw", @nobits\n.balign 8\n.zero 100\n' >behind.s
printf 'SECTIONS { .behind : { *(.behind) } } INSERT AFTER .corebtf;\n' >behind.ld
if build behind -Wl,-T,"$script" -Wl,-T,behind.ld behind.s 2>link-says; then
	refuses 'part of a loaded segment' embed behind --bundle small
else
	fail "behind: $(cat link-says)"
fi
corebtf convert small -o linked.o --machine "$(uname -m)"
build shared-segment linked.o
prints "$count mapped 0" ./shared-segment
refuses 'part of a loaded segment' embed shared-segment --bundle small
refuses 'part of a loaded segment' remove shared-segment
objcopy --only-keep-debug filled filled.debug
refuses 'file of debug information' embed filled.debug --bundle small
sed 's/INSERT.*/INSERT AFTER .data;/' "$script" >data.ld
build in-data -Wl,-T,data.ld
refuses 'part of a loaded segment' embed in-data --bundle small
if have ld.lld && grep -v freeres "$script" >no-freeres.ld &&
	build lld-static -static -fuse-ld=lld -Wl,-T,no-freeres.ld 2>says &&
	readelf -S -W lld-static | grep -A1 ' \.corebtf ' | grep -q __libc_freeres_ptrs; then
	refuses 'is behind it: link without corebtf.ld' embed lld-static --bundle small
else
	left_out "lld, which puts something behind the segment, or such a libc"
fi

# Linked objects: several, in a program with the script, and seen by a symbol.
corebtf convert small -o named.o --machine "$(uname -m)" --symbol kernel_btfs
build linked linked.o named.o -Wl,--gc-sections
prints "$((2 * count)) mapped 0" ./linked
"$COREBTF" list linked >out || fail "list does not read a linked bundle"
build linked-and-reserved linked.o -Wl,-T,"$script"
prints "$count mapped 0" ./linked-and-reserved
corebtf embed linked-and-reserved --bundle big
prints "$big mapped 0" ./linked-and-reserved
corebtf remove linked-and-reserved
prints "0 nowhere -61" ./linked-and-reserved
nm named.o | grep -q ' [RD] kernel_btfs_end$' || fail "no symbol: $(nm named.o)"
readelf -S -W linked.o | grep -q ' \.corebtf .* AR ' || fail "linked.o is not retained"
readelf -h linked.o | grep -q 'OS/ABI: *UNIX - GNU' || fail "linked.o lacks the mark of GNU"
if have eu-elflint; then
	eu-elflint --gnu-ld linked.o >lint-says 2>&1 || fail "eu-elflint about linked.o: $(cat lint-says)"
fi
# A program with hardened control flow keeps its property note.
if build hardened linked.o -fcf-protection -Wl,-z,ibt,-z,cet-report=warning 2>says; then
	if grep linked.o says; then fail "linked.o costs the program its mark"; fi
fi
# A runtime in a shared library and an object that only reserves.
corebtf convert --reserve -o reserve.o --machine "$(uname -m)"
# shellcheck disable=SC2086 # several libraries
"$cc" -shared -fPIC -DPROBE_LIBRARY -I "$SOURCE/runtime/include" "$probe" -o libprobe.so \
	"$STATIC" $LINK_WITH
"$cc" -DPROBE_PROGRAM -I "$SOURCE/runtime/include" "$probe" -c -o main.o
"$cc" main.o reserve.o -Wl,-T,"$script" -Wl,--gc-sections -L. -lprobe -Wl,-rpath,"$work" -o user
prints "0 nowhere -61" ./user
corebtf embed user --bundle big -o user-filled
prints "$big mapped 0" ./user-filled

# The shared object that the runtime is part of: its own bundle comes before the executable's.
corebtf embed libprobe.so --bundle small
prints "$count file 0" ./user
prints "$count file 0" ./user-filled
cp libprobe.so keep.so
"$cc" main.o -L. -lprobe -Wl,-rpath,"$work" -o bare-user
prints "$count file 0" ./bare-user
corebtf embed bare-user --bundle big -o both
prints "$count file 0" ./both
(cd / && prints "$count file 0" "$work/bare-user")
# Replaced by another file, or deleted, while the program runs: root still reads the loaded one, other
# users only when the same file is there again, and a file that is not loaded is never read.
cat >swap.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int probe(void);
int main(int argc, char **argv)
{
	if (argc > 1 && system(argv[1]))
		return 1;
	if (argc > 2 && (setgid(65534) || setuid(65534)))
		return 1;
	return probe();
}
END
"$cc" swap.c -L. -lprobe -Wl,-rpath,"$work" -o swap
# shellcheck disable=SC2086 # several libraries
"$cc" -shared -fPIC -O2 -DPROBE_LIBRARY -I "$SOURCE/runtime/include" "$probe" -o other.so \
	"$STATIC" $LINK_WITH
corebtf embed other.so --bundle big
if [ "$(id -u)" = 0 ]; then
	chmod 755 "$work"
	prints "$count file 0" ./swap true
	prints "$count file 0" ./swap true unprivileged
	prints "$count file 0" ./swap 'cp other.so new.so && mv new.so libprobe.so'
	cp keep.so new.so && mv new.so libprobe.so
	prints "0 nowhere -61" ./swap 'cp other.so new.so && mv new.so libprobe.so' unprivileged
	cp keep.so new.so && mv new.so libprobe.so
	prints "$count file 0" ./swap 'cp keep.so new.so && mv new.so libprobe.so' unprivileged
	prints "0 nowhere -61" ./swap 'rm libprobe.so' unprivileged
	cp keep.so libprobe.so
else
	left_out "a replaced shared object: not root"
fi

# Mode, owner, capabilities, links.
cp reserved exe
chmod 4751 exe
ln exe hard
ln -s exe soft
corebtf embed soft --bundle small
test -L soft || fail "a symbolic link was replaced"
test "$(stat -c %a exe)" = 4751 || fail "the mode changed"
cmp -s hard reserved || fail "the other name of the file has new content"
if [ "$(id -u)" = 0 ] && have setcap && cp reserved capable && setcap cap_net_raw+ep capable 2>says; then
	corebtf embed capable --bundle small
	getcap capable | grep -q 'cap_net_raw=ep' || fail "the capabilities are gone"
	corebtf remove capable
	getcap capable | grep -q 'cap_net_raw=ep' || fail "the capabilities are gone after remove"
else
	left_out "file capabilities: no setcap, or not here"
fi

# gdb: a breakpoint by line and a backtrace, in the program itself and with a debug file from
# before or after embedding.
debug()
{
	gdb -nx -batch -iex 'set debuginfod enabled off' -ex 'break corebtf_open_self' -ex run \
		-ex backtrace -ex continue "$@" >gdb-says 2>&1 || fail "gdb $*: $(cat gdb-says)"
	grep -q 'in main () at .*probe.c:' gdb-says && grep -q 'exited normally' gdb-says ||
		fail "gdb $*: $(cat gdb-says)"
	if grep -i 'warning: .*\(match\|section\|corebtf\)' gdb-says; then fail "gdb $*: $(cat gdb-says)"; fi
}
if have gdb && gdb -nx -batch -ex run "$(command -v true)" 2>&1 | grep -q 'exited normally'; then
	debug filled
	debug carrier
	objcopy --only-keep-debug reserved reserved.debug
	strip -s filled -o stripped
	for from in reserved.debug filled.debug; do
		objcopy --add-gnu-debuglink=$from stripped "with-$from"
		debug "./with-$from"
		prints "$big mapped 0" "./with-$from"
	done
else
	left_out "gdb is not installed, or cannot run programs here"
fi

if have eu-unstrip; then
	eu-strip filled -f split.debug -o split
	prints "$big mapped 0" ./split
	eu-unstrip split split.debug -o whole || fail "eu-unstrip"
	prints "$big mapped 0" ./whole
fi

if have valgrind; then
	for program in filled carrier linked; do
		valgrind --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=all -q \
			./$program >out 2>says || fail "valgrind $program: $(cat says)"
		grep -q ' 0$' out || fail "valgrind $program: $(cat out)"
	done
else
	left_out "valgrind is not installed"
fi

# The runtime as well.
if build_runtime "" "$cc" asan-runtime -fsanitize=address,undefined 2>says &&
	STATIC=asan-runtime/libcorebtf.a &&
	build asan -fsanitize=address,undefined -Wl,-T,"$script" 2>says; then
	corebtf embed asan --bundle big
	prints "$big mapped 0" ./asan
	corebtf remove asan
	prints "0 nowhere -61" ./asan
	build asan -fsanitize=address,undefined
	corebtf embed asan --bundle big
	prints "$big file 0" ./asan
else
	left_out "AddressSanitizer: $(head -1 says)"
fi
echo "all good"
