# SPDX-License-Identifier: MIT
# Files that are damaged, foreign or not there: one line with the file and the cause, and nothing
# written that was not asked for.
. "$FLOW/lib.sh"
make_object flow.bpf.o
make_program exe flow.bpf.o
make_program bare
cp exe exe.before
archive=$(samples x86_64 | head -1)
echo "hello, world" >text
: >empty
mkdir folder

# wrong_exe FILE CAUSE: by every command that takes an executable.
status 0 embed exe --kernels "$KERNELS/$archive" -o good
status 0 convert good -o good.bundle
wrong_exe() {
	cp -R "$1" before 2>/dev/null || :
	status 1 embed "$1" flow.bpf.o --kernels "$KERNELS/$archive"
	one_line "$1" "$2"
	status 1 embed "$1" --bundle good.bundle
	one_line "$1" "$2"
	status 1 remove "$1"
	one_line "$1" "$2"
	[ -f "$1" ] && same "$1" before
	rm -rf before
}
wrong_exe text ELF
wrong_exe empty ""
wrong_exe folder ""
wrong_exe nowhere "No such file"
wrong_exe flow.bpf.o ""
head -c 200 exe >"cut"
wrong_exe cut ""
for file in text empty nowhere exe cut; do
	status 1 list "$file"
	one_line "$file" ""
	status 1 lookup "$file"
	one_line "$file" ""
	status 1 convert "$file" -o never
	one_line "$file" ""
done

# Objects.
status 1 embed bare --kernels "$KERNELS/$archive"
one_line bare "no BPF object inside"
for object in text empty nowhere folder exe; do
	status 1 embed exe flow.bpf.o $object --kernels "$KERNELS/$archive"
	one_line $object ""
	status 1 trim flow.bpf.o $object --kernels "$KERNELS/$archive" -o never.btf
	one_line $object ""
done
head -c 700 flow.bpf.o >cut.bpf.o
status 1 embed exe cut.bpf.o --kernels "$KERNELS/$archive"
one_line cut.bpf.o ""
same exe exe.before

# Kernels.
tree=tree/debian/11/x86_64
mkdir -p $tree none
cp "$KERNELS/$archive" $tree/1-good.btf.tar.xz
status 0 embed exe --kernels tree -o expected
status 0 convert expected -o expected.bundle
head -c 100000 "$KERNELS/$archive" >$tree/2-cut.btf.tar.xz
cp text $tree/3-text.btf
: >$tree/4-empty.btf
ln -s nowhere $tree/5-dangling.btf
mkfifo $tree/6-fifo.btf
mkdir tree/debian/11/spam
cp "$KERNELS/$archive" tree/debian/11/spam/7.btf
printf '\237\353\001\000garbage that only starts like BTF' >$tree/8-garbage.btf
head -c 1000 exe >$tree/9-elf.btf
status 1 embed exe --kernels tree -o got
says err "2-cut.btf.tar.xz: the packed data is damaged or cut off"
says err "3-text.btf: neither raw BTF"
says err "4-empty.btf: it is empty: give a kernel"
says err "5-dangling.btf: cannot follow the link: No such file"
says err "6-fifo.btf: not a regular file"
says err "spam/7.btf: cannot tell which kernel it is for"
says err "8-garbage.btf: "
says err "9-elf.btf: "
says err "8 kernel BTFs could not be used and were left out"
status 0 convert got -o got.bundle
same got.bundle expected.bundle
rm $tree/1-good.btf.tar.xz
cp got got.before
status 1 embed got --kernels tree
says err "got: nothing written"
same got got.before
status 1 embed exe --kernels none -o never
says err "none: no kernel BTF in this folder"
says err "exe: nothing written"
status 1 embed exe --kernels nowhere -o never
says err "nowhere: cannot look at it: No such file"
status 1 embed exe --kernels text -o never
says err "text: cannot tell which kernel it is for"
status 1 embed exe --kernels nowhere "$KERNELS" -o got
says err "1 kernel BTF could not be used and was left out"
status 0 list got
if [ "$(id -u)" -ne 0 ]; then
	chmod 0 $tree/3-text.btf
	status 1 embed exe --kernels "$KERNELS" tree -o got
	says err "3-text.btf: cannot open it: Permission denied"
fi
for kernel in $tree/*.btf* nowhere text; do
	status 1 trim flow.bpf.o --kernels "$kernel" -o never.btf
	one_line "$kernel" ""
done

# An arm64 kernel alone is none for this executable; nothing is written.
status 1 embed exe --kernels "$KERNELS/$(samples arm64 | head -1)" -o never
says err "other machines"

# Bundles: flipped bytes are found before anything is embedded.
size=$(wc -c <good.bundle)
for at in 0 9 20 60 93 100 200 $((size / 2)) $((size - 9)); do
	cp good.bundle bad.bundle
	byte=$(od -An -tu1 -j $at -N 1 bad.bundle)
	# shellcheck disable=SC2059
	printf "\\$(printf %o $((byte ^ 64)))" |
		dd of=bad.bundle bs=1 seek=$at conv=notrunc 2>/dev/null
	status 1 embed exe --bundle bad.bundle
	one_line bad.bundle ""
done
for cut in 1 50 96 150 $((size - 8)); do
	head -c $cut good.bundle >bad.bundle
	status 1 embed exe --bundle bad.bundle
	one_line bad.bundle ""
	status 1 list bad.bundle
	one_line bad.bundle ""
done
status 1 embed exe --bundle text
one_line text ""
same exe exe.before
[ -e never ] || [ -e never.btf ] && fail "something was written"

# An output that is an input.
status 1 trim flow.bpf.o --kernels "$KERNELS/$archive" -o flow.bpf.o --machine x86_64
one_line flow.bpf.o "one of the inputs"
# An object without CO-RE relocations is not an error.
printf 'int f(void) { return 0; }' >plain.c
clang -target bpf -g -O2 -c plain.c -o plain.bpf.o
status 0 embed exe plain.bpf.o --kernels "$KERNELS/$archive" -o got
says err "no object has CO-RE relocations"
