#!/bin/sh
# SPDX-License-Identifier: MIT
# Files given by mistake: each gets a line that says what it is and what to do; no command writes over
# one of its inputs; BPF objects of the other byte order are refused.
. "$FLOW/lib.sh"

make_object flow.bpf.o
make_program program flow.bpf.o
btf=$(find "$KERNELS" -name '*.btf.tar.xz' | sort | head -1)
cp "$btf" 5.10.0-30-amd64.btf.tar.xz
btf=5.10.0-30-amd64.btf.tar.xz
status 0 embed program --kernels "$KERNELS" -o carrier
status 0 convert carrier bundle

# --- what it is, by its first bytes

printf '#!/bin/sh\nexec program\n' >script
: >empty
head -c 70000 /dev/zero >zeros
{ printf 'MZ\220\0' && head -c 1000 /dev/zero; } >pe
{ printf '\317\372\355\376' && head -c 1000 /dev/zero; } >macho
head -c 3000 program >truncated

while read -r file words; do
	status 1 embed "$file" flow.bpf.o --kernels "$KERNELS"
	one_line "$file" "it is $words: give the executable or shared object"
	status 1 embed program "$file" --kernels "$KERNELS" -o new
	one_line "$file" "it is $words: give a BPF object"
	status 1 trim flow.bpf.o --kernels "$file" -o new.btf
	one_line "$file" "it is $words: give a kernel"
	status 1 embed program flow.bpf.o --kernels "$file" -o new
	says err "corebtf: $file: it is $words: give a kernel"
	if [ -s "$file" ]; then
		status 1 convert "$file" new
		one_line "$file" "it is $words: give an executable, a bundle, a tar or a folder"
	fi
	[ ! -e new ] && [ ! -e new.btf ] || fail "$file: something was written"
done <<'END'
script a script
empty empty
zeros a file that starts with zero bytes (an incomplete copy?)
pe a Windows or EFI program (PE)
macho a macOS program (Mach-O)
END

status 1 trim flow.bpf.o --kernels truncated -o new.btf
one_line truncated "truncated or damaged"
says_not err "no error"
status 1 embed flow.bpf.o --kernels "$KERNELS"
one_line flow.bpf.o "it is a BPF object, not a program: give the program first"
status 1 trim flow.bpf.o --kernels flow.bpf.o -o new.btf
one_line flow.bpf.o "it is a BPF object, not a kernel"
status 1 embed program --kernels flow.bpf.o -o new
says err "it is a BPF object, not a kernel"

# --- byte order

if make_object other.bpf.o -target bpfeb 2>/dev/null; then
	[ "$(head -c 6 other.bpf.o | tail -c 1 | od -An -tu1)" -eq 2 ] || fail "not big-endian"
	make_program other other.bpf.o
	for arguments in "program other.bpf.o" "program flow.bpf.o other.bpf.o" other; do
		# shellcheck disable=SC2086 # several words
		status 1 embed $arguments --kernels "$KERNELS" -o new
		says err "it is a big-endian BPF object, but ${arguments%% *} is little-endian"
		says err "clang -target bpfel"
	done
	status 1 trim other.bpf.o --kernels "$btf" -o new.btf
	says err "but $btf is little-endian"
	for out in new new.tar new.btf; do
		status 1 trim flow.bpf.o other.bpf.o --kernels "$KERNELS" --select arch=x86_64 -o $out
		says err "other.bpf.o: it is a big-endian BPF object, but all kernels are little-endian"
		[ ! -e $out ] || fail "trim: $out was written"
	done
	status 1 btfgen other.bpf.o --kernels "$KERNELS" -o new
	says err "other.bpf.o: it is a big-endian BPF object, but all kernels are little-endian"
	[ ! -e new ] || fail "an object of the other byte order: something was written"
fi

# --- no input is written over

keeps() { # FILE ARGUMENT...: refused, and FILE is as it was
	kept=$1
	shift
	cp "$kept" before
	status 1 "$@"
	one_line "${kept%%/*}" "not written: it is one of the inputs"
	same "$kept" before
}

mkdir kernels
cp "$btf" kernels/
ln -s flow.bpf.o link
ln flow.bpf.o hard
echo '{}' >package.json
status 0 convert carrier kernels.tar
keeps flow.bpf.o embed program flow.bpf.o --kernels "$KERNELS" -o flow.bpf.o
keeps link embed program flow.bpf.o --kernels "$KERNELS" -o link
keeps hard embed program flow.bpf.o --kernels "$KERNELS" -o hard
keeps "$btf" embed program flow.bpf.o --as os=debian:11,machine=x86_64 --kernels "$btf" -o "$btf"
keeps flow.bpf.o trim flow.bpf.o --kernels "$btf" --like program -o flow.bpf.o
keeps "$btf" trim flow.bpf.o --kernels "$btf" -o "$btf"
keeps bundle embed program --bundle bundle -o bundle
keeps carrier convert carrier carrier
cp bundle bundle.o
keeps bundle.o convert bundle.o --like program -o bundle.o
cp program program.o
keeps program.o convert bundle --like program.o -o program.o
keeps kernels.tar convert kernels.tar kernels.tar
keeps kernels.tar convert kernels.tar new --json-to kernels.tar
cp carrier carrier.tar
keeps carrier.tar convert carrier.tar -o carrier.tar
cp package.json package.tar
keeps package.tar convert carrier --json package.tar -o package.tar
keeps bundle lookup bundle --release 5.10.0-30-amd64 --machine x86_64 -o bundle
keeps flow.bpf.o btfgen -o flow.bpf.o flow.bpf.o --kernels "$KERNELS"
status 1 embed program flow.bpf.o --as os=debian:11,machine=x86_64 --kernels kernels \
	-o "kernels/$btf"
says err "not written: it is one of the inputs"
same "kernels/$btf" "$btf"
# A command may write over the file that it changes.
cp program own
status 0 embed own flow.bpf.o --kernels "$KERNELS" -o own
status 0 embed own --bundle bundle -o own
status 0 remove own -o own

# --- a folder that takes no files

mkdir locked
chmod 555 locked
if [ "$(id -u)" != 0 ]; then
	status 1 convert kernels.tar locked/
	one_line locked "no file can be made in it"
elif [ -d /proc/self/fdinfo ]; then
	status 1 convert kernels.tar /proc/self/fdinfo/
	one_line /proc/self/fdinfo "no file can be made in it"
fi
echo "all good"
