#!/bin/sh
# SPDX-License-Identifier: MIT
# Attaches, replaces and removes the section .corebtf in executables as compilers, linkers and
# other tools make them, and checks the result with binutils, elfutils and by running the programs.
# What is not installed is skipped with a line.
#
# usage: test_executable.sh ELF_TOOL
. "$(dirname "$0")/../../support/lib.sh"
tool=$1
work=$(mktemp -d)
mounted=
trap 'test -z "$mounted" || umount "$mounted"; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cd "$work"

# What the section holds: three sizes, none a multiple of 8, the middle one the largest.
head -c 3001 /dev/urandom >first
head -c 300007 /dev/urandom >bigger
printf 'small' >smaller

cat >program.c <<'END'
#include <stdio.h>

__thread int local = 3;
static const char *const words[] = {"it", "runs"};

int main(int argc, char **argv)
{
	(void)argv;
	printf("%s %s %d\n", words[0], words[argc], local);
	return 0;
}
END
cat >library.c <<'END'
int answer(void);
int answer(void)
{
	return 42;
}
END
cat >user.c <<'END'
#include <stdio.h>
int answer(void);
int main(void)
{
	printf("it runs %d\n", answer());
	return 0;
}
END

# The messages of eu-elflint without the section numbers, which may differ.
lint()
{
	eu-elflint --gnu-ld "$1" 2>&1 | sed 's/\[ *[0-9]*\]/[]/g' | grep -v '^No errors$' | sort -u || :
}

# Fails unless $1 has exactly one section .corebtf, with the bytes of $2, and is otherwise equal to $3.
check_attached()
{
	count=$(readelf -S -W "$1" 2>readelf-says | grep -c ' \.corebtf ') || :
	test "$count" = 1 || fail "$1 has $count sections .corebtf"
	# A file that had no section headers gets no more than it needs.
	if grep -v 'no .dynamic section in the dynamic segment' readelf-says; then
		fail "readelf about $1"
	fi
	wanted=$(printf '%06x' "$(stat -c %s "$2")")
	# Columns from the name on: name, type, address, offset, size, entry size, then the flags
	# (none), link, info, alignment.
	readelf -S -W "$1" 2>/dev/null | sed -n 's/.*\] \.corebtf/.corebtf/p' >row
	read -r section type _ offset size entry link info align <row
	test "$section $type $size $entry $link $info $align" = ".corebtf PROGBITS $wanted 00 0 0 8" ||
		fail "$1: $(cat row)"
	test $((0x$offset % 8)) = 0 || fail "$1: the section is at $offset"
	tail -c "+$((0x$offset + 1))" "$1" | head -c "$(stat -c %s "$2")" | cmp -s - "$2" ||
		fail "$1: the section does not hold $2"
	readelf -l -W "$1" 2>/dev/null | sed '/Section to Segment/,$d; /^$/d' >now
	readelf -l -W "$3" 2>/dev/null | sed '/Section to Segment/,$d; /^$/d' | cmp -s - now ||
		fail "$1: the program headers changed"
	readelf -n "$1" 2>&1 | grep 'Build ID' >now || :
	readelf -n "$3" 2>&1 | grep 'Build ID' | cmp -s - now || fail "$1: the build-id changed"
	# Every mapped byte is unchanged, apart from the ELF header.
	readelf -l -W "$3" 2>/dev/null | awk '$1 == "LOAD" {print $2, $5}' | while read -r at length; do
		cmp -s -n $((length)) -i $((at)) "$1" "$3" ||
			cmp -l -n $((length)) -i $((at)) "$1" "$3" |
			awk -v at=$((at)) '$1 + at > 64 {exit 1}' ||
			fail "$1: bytes of the segment at $at changed"
	done
	# A file that had no section headers is asked for all of them once it has some.
	if have eu-elflint && ! readelf -h "$3" | grep -q 'Number of section headers: *0$'; then
		lint "$3" >lint-before
		lint "$1" >lint-after
		comm -13 lint-before lint-after >lint-new
		test ! -s lint-new || fail "eu-elflint about $1: $(cat lint-new)"
	fi
}

# native PROGRAM RUNNER..: the program, wherever it is, prints what it should
check_runs()
{
	program=$1
	shift
	case $("$@" "$program" 2>&1) in
	"it runs "*) ;;
	*) fail "$program does not run any more" ;;
	esac
}

# cycle NAME RUNNER...: attaches, replaces and removes a section in the file NAME. RUNNER: how to run
# it; "true": not at all, "env": directly.
cycle()
{
	name=$1
	shift
	cp -p "$name" orig
	cp -p "$name" exe
	for bundle in first bigger smaller; do
		"$tool" attach exe exe $bundle || fail "$name: attach $bundle"
		check_attached exe $bundle orig
		test "$1" = true || check_runs ./exe "$@"
		# Attached to the original it is the same file: nothing of the old section remains.
		"$tool" attach orig other $bundle
		cmp exe other || fail "$name: replacing leaves something behind"
	done
	"$tool" remove exe exe
	cmp exe orig || fail "$name: not the original again"
	if "$tool" remove exe exe 2>/dev/null; then
		fail "$name: removed what is not there"
	fi
	echo "ok: $name"
}

build()
{
	output=$1
	shift
	"$@" -o "$output" 2>build-says && return
	left_out "$output: $(grep -m1 . build-says)"
	return 1
}

for flags in pie:"-pie -fPIE" nopie:-no-pie static:-static static-pie:-static-pie \
	debug:-g norelro:"-Wl,-z,norelro -s" idless:-Wl,--build-id=none \
	gold:-fuse-ld=gold gold-static:"-fuse-ld=gold -static" lld:-fuse-ld=lld \
	lld-nopie:"-fuse-ld=lld -no-pie" lld-static:"-fuse-ld=lld -static" \
	lld-stripped:"-fuse-ld=lld -s" mold:-fuse-ld=mold; do
	name=${flags%%:*}
	# shellcheck disable=SC2086 # several flags
	if build "$name" gcc program.c ${flags#*:}; then
		cycle "$name" env
	fi
done

gcc -shared -fPIC library.c -o libanswer.so
gcc user.c -L. -lanswer -Wl,-rpath,"$work" -o user
cycle libanswer.so true
"$tool" attach libanswer.so libanswer.so bigger
check_runs ./user env
"$tool" remove libanswer.so libanswer.so

for cross in i686:i386 s390x:s390x aarch64:aarch64 powerpc:ppc; do
	compiler=${cross%%:*}-linux-gnu-gcc
	if ! have "$compiler"; then
		left_out "$compiler is not installed"
		continue
	fi
	runner=qemu-${cross#*:}-static
	if ! have "$runner"; then
		left_out "$runner is not installed"
		runner=true
	fi
	build "${cross%%:*}-static" "$compiler" program.c -static && cycle "${cross%%:*}-static" $runner
	build "${cross%%:*}-pie" "$compiler" program.c -pie -fPIE && cycle "${cross%%:*}-pie" true
done

# treat CALL IN OUT: runs a tool of the form PROGRAM|FLAGS
treat()
{
	case $1 in
	*objcopy*) ${1%%|*} "$2" "$3" 2>says ;;
	*) ${1%%|*} "${1#*|}" "$2" -o "$3" 2>says ;;
	esac
}

# After other tools have changed the file, the section can still be replaced and removed.
tools="strip|-s strip|-g objcopy|"
for llvm in llvm-objcopy llvm-objcopy-14; do
	have $llvm && tools="$tools $llvm|" && break
done
if have eu-strip; then
	tools="$tools eu-strip|--keep-section=.corebtf"
else
	left_out "eu-strip is not installed"
fi
for base in pie static lld; do
	test -e $base || continue
	cp $base exe
	"$tool" attach exe exe bigger
	for call in $tools; do
		program=${call%%|*}
		if ! treat "$call" $base treated-base; then
			left_out "$base, then $call: $(cat says)"
			continue
		fi
		treat "$call" exe treated || fail "$base, $call: $(cat says)"
		check_attached treated bigger treated
		"$tool" attach treated replaced smaller
		check_attached replaced smaller treated
		check_runs ./replaced env
		"$tool" attach replaced replaced bigger
		"$tool" attach replaced replaced smaller
		"$tool" attach replaced again smaller
		cmp replaced again || fail "$base, $call: replacing makes it grow"
		"$tool" remove replaced removed
		"$tool" remove treated removed-at-once
		readelf -S -W removed | grep -q corebtf && fail "$base, $call: still there"
		check_runs ./removed env
		check_runs ./removed-at-once env
		cmp removed removed-at-once || fail "$base, $call: the way there matters"
		# No larger than what the tool makes of the file without a section, but for the name.
		size=$(stat -c %s removed)
		limit=$(($(stat -c %s treated-base) + 64))
		test "$size" -le $limit || fail "$base, $call: $size bytes, not $limit"
		echo "ok: $base, then $call"
	done
done

# A section that objcopy added can be replaced and removed too.
objcopy --add-section .corebtf=bigger pie added 2>/dev/null
"$tool" attach added added smaller
check_attached added smaller pie
"$tool" remove added added
test "$(stat -c %s added)" -le $(($(stat -c %s pie) + 64)) || fail "objcopy --add-section: rest left"
check_runs ./added env

# binutils and gdb read the bytes.
"$tool" attach pie exe first
objcopy --dump-section .corebtf=dumped exe copied
cmp dumped first || fail "objcopy --dump-section"
objcopy -O binary --only-section=.corebtf --set-section-flags .corebtf=alloc exe dumped
cmp dumped first || fail "objcopy -O binary"
objdump -h exe | grep -q ' \.corebtf ' || fail "objdump"
if have gdb; then
	gdb -nx -batch -ex 'info files' exe 2>&1 | grep -q 'Entry point' || fail "gdb"
fi

# A payload behind the headers stays where it is.
{ cat pie; printf 'payload'; } >payload
chmod +x payload
cycle payload env
"$tool" attach payload exe first
head -c "$(stat -c %s payload)" exe | tail -c 7 | grep -q '^payload$' || fail "the payload moved"
# One that was appended to our section stays as well, and from then on nothing grows.
"$tool" attach pie exe first
printf 'payload' >>exe
cp exe late
"$tool" attach late exe bigger
check_attached exe bigger pie
head -c "$(stat -c %s late)" exe | tail -c 7 | grep -q '^payload$' || fail "the late payload moved"
"$tool" attach exe other smaller
"$tool" attach late exe smaller
cmp exe other || fail "replacing before a payload leaves something behind"
"$tool" remove exe exe
readelf -S -W exe 2>&1 | grep -q corebtf && fail "late payload: still there"
test "$(stat -c %s exe)" -le "$(stat -c %s late)" || fail "late payload: the file grew"
tail -c 7 exe | grep -q '^payload$' || fail "late payload: it is gone"
check_runs ./exe env

# No section headers at all, and padding behind them.
cp pie sstripped
printf '\0\0\0\0\0\0\0\0' | dd of=sstripped bs=1 seek=40 conv=notrunc 2>/dev/null
printf '\0\0\0\0' | dd of=sstripped bs=1 seek=60 conv=notrunc 2>/dev/null
cycle sstripped env
cp pie padded
truncate -s %4096 padded
cycle padded env

# Go and UPX have unusual layouts.
if have go; then
	printf 'package main\nimport "fmt"\nfunc main() { fmt.Println("it runs 3") }\n' >main.go
	GOCACHE="$work/cache" GOFLAGS=-mod=mod go build -o go main.go && cycle go env
else
	left_out "go is not installed"
fi
if have upx; then
	upx -q -o upx static >/dev/null && cycle upx env
else
	left_out "upx is not installed"
fi

# Mode, links, other outputs.
cp pie exe
chmod 4751 exe
ln exe hard
ln -s exe soft
ln -s "$work/soft" softer
"$tool" attach softer softer first
test -L softer && test -L soft || fail "a symbolic link was replaced"
test "$(stat -c %a exe)" = 4751 || fail "the mode changed"
check_attached exe first pie
cmp -s hard pie || fail "the other name of the file has new content"
"$tool" attach pie elsewhere first
cmp exe elsewhere || fail "elsewhere"
test "$(stat -c %a elsewhere)" = "$(stat -c %a pie)" || fail "elsewhere: the mode"
if "$tool" attach pie missing/folder first 2>says; then
	fail "wrote into a folder that is not there"
fi
grep -q 'in the folder missing: No such file' says || fail "reason: $(cat says)"
test -z "$(find . -name '.*corebtf-*')" || fail "a temporary file is left"

if [ "$(id -u)" = 0 ]; then
	if have setcap && cp pie capable && setcap cap_net_raw+ep capable 2>/dev/null; then
		"$tool" attach capable capable first
		getcap capable | grep -q 'cap_net_raw=ep' || fail "the capabilities are gone"
	else
		left_out "file capabilities: no setcap, or not here"
	fi
	chown 12345:23456 exe
	chmod 6755 exe
	"$tool" attach exe exe smaller
	test "$(stat -c %u:%g:%a exe)" = 12345:23456:6755 || fail "owner or setuid bits changed"

	# A full disk: the original stays, nothing else does.
	mkdir full
	if mount -t tmpfs -o size=256k none full 2>/dev/null; then
		mounted=$work/full
		cp pie full/exe
		if "$tool" attach full/exe full/exe bigger 2>says; then
			fail "wrote to a full disk"
		fi
		grep -q 'No space left' says || fail "reason: $(cat says)"
		cmp full/exe pie || fail "a full disk cost the original"
		test "$(find full -type f | wc -l)" = 1 || fail "a full disk keeps a temporary file"
		umount full
		mounted=
	else
		left_out "a full disk: cannot mount a tmpfs"
	fi
else
	left_out "owner, capabilities, full disk: not root"
fi

# What is refused, and the message.
refused()
{
	file=$1
	shift
	cp "$file" before
	if "$tool" attach "$file" "$file" first 2>says; then
		fail "$file was not refused"
	fi
	grep -q "$*" says || fail "$file: $(cat says)"
	cmp "$file" before || fail "$file was changed"
}
gcc -c program.c -o program.o
refused program.o 'object file'
refused program.c 'no ELF file'
: >empty
refused empty 'it is empty: give the executable'
head -c 5000 pie >truncated
refused truncated 'past the end of the file'
printf '__attribute__((section(".corebtf"))) const int reserved[4] = {1};\n' >reserved.c
gcc program.c reserved.c -Wl,--no-gc-sections -o reserved
refused reserved 'part of a loaded segment'
"$tool" inspect reserved | grep -q '^64 .* bundle$' || fail "inspect"

echo "all good"
