# SPDX-License-Identifier: MIT
# Packs: the same bytes however they are put together, the same trimmed BTFs as from the kernels
# themselves, and the same types out again.
. "$FLOW/lib.sh"
make_object flow.bpf.o
make_program plain flow.bpf.o
# Without functions, which takes a third of the time. Three kernels of two machines.
work=work/kernels
mkdir -p $work/debian/11/arm64 $work/debian/12/x86_64
cp "$KERNELS"/debian/11/arm64/*.xz $work/debian/11/arm64
cp "$KERNELS"/debian/12/x86_64/6.1.0-5*.xz $work/debian/12/x86_64
archive=debian/12/x86_64/6.1.0-56-cloud-amd64.btf.tar.xz

# Made of a tree, of slices, of packs of packs, and of itself.
status 0 pack --types-only $work -o all.pack
says err "kernels, "
status 0 pack --types-only $work -o again.pack -j 1
same all.pack again.pack
for slice in 1 2 3; do
	status 0 pack --types-only $work --slice $slice/3 -o slice.$slice
	[ -e slice.$slice ] || says err "has no kernel"
done
[ "$(ls slice.? | wc -l)" -gt 1 ] || fail "one slice has everything"
status 0 pack --types-only $(ls -r slice.?) -o merged.pack
same all.pack merged.pack
# Each by itself has room, and they have no room together.
status 1 pack --types-only slice.? -o none.pack --memory 1M
says err "there is no room for it: what was packed before it takes "
status 0 pack --types-only $work/debian/12 -o part.pack
cp part.pack twelve.pack
status 0 pack --types-only part.pack $work -o part.pack # over itself
same all.pack part.pack

# What is trimmed is the same as without a pack, also for arm64.
mkdir from-tree from-pack
cp plain from-tree/exe
cp plain from-pack/exe
status 0 embed from-tree/exe --kernels $work --all-machines
status 0 embed from-pack/exe --kernels all.pack --all-machines
same from-tree/exe from-pack/exe
status 0 verify from-pack/exe --kernels all.pack
status 0 verify from-pack/exe --kernels $work
cp plain from-pack/exe
status 0 embed from-pack/exe --kernels all.pack --select 'os=debian:12'
status 0 list from-pack/exe
says out 6.1.0-
says_not out 5.10.0-
# The types of a pack count towards the limit, and are given back when its kernels are done: the second
# pack has room only then.
cp plain from-pack/exe
status 1 embed from-pack/exe --kernels all.pack --all-machines --memory 1M
size=$(sed -n 's/.*all.pack: it takes \([0-9]*\) MiB of memory, more than the limit of 1 MiB (--memory).*/\1/p' err)
[ "$size" -ge 2 ] || fail "no size"
for jobs in 1 2; do
	cp plain from-pack/exe
	got=0
	timeout 60 "$COREBTF" embed from-pack/exe --kernels all.pack part.pack all.pack --all-machines -j $jobs \
		--memory $((size + 1))M >out 2>err || got=$?
	[ $got -eq 0 ] || fail "status $got within the memory of one pack"
	same from-tree/exe from-pack/exe
done

# A folder with a pack in it.
mkdir folder
cp all.pack folder/kernels.pack
cp plain from-pack/exe
status 0 embed from-pack/exe --kernels folder --all-machines
same from-tree/exe from-pack/exe

# One BTF, of a pack of several kernels.
status 0 trim flow.bpf.o --kernels all.pack --select arch=arm64 -o one.btf
status 0 trim flow.bpf.o --kernels $work/debian/11/arm64/*.xz -o expected.btf
same one.btf expected.btf
status 1 trim flow.bpf.o --kernels all.pack -o two.btf
says err "it holds one BTF, and 3 kernels have"
[ ! -e two.btf ] || fail "two.btf was written"

# What is in it.
status 0 list all.pack
says out "distinct types"
says out 6.1.0-56-cloud-amd64
status 0 list --json all.pack
says out '"distinct_types": '
status 0 list --kernels all.pack --select arch=arm64
says out 5.10.0-30-arm64
says_not out amd64
[ "$(stat -c %s all.pack)" -lt "$(($(du -bc $(find $work -name '*.tar.xz') | tail -1 | cut -f1) / 3))" ] ||
	fail "all.pack is large"

# All types are those of the originals, and of others they are not.
status 0 verify all.pack --kernels $work
says err "3 of 3 kernels: all types are those of the originals"
# Of another kernel under its name they are not.
mkdir -p other/debian/12/x86_64
cp $work/debian/12/x86_64/6.1.0-50* other/$archive
status 1 verify all.pack --kernels other
says err "its types in the pack are not those of the original"

# Out again. With all types, and all kernels: pack_all.sh.
status 0 convert all.pack tree/ --compress xz
(cd "$work" && find . -name '*.tar.xz' | sort) >expected
(cd tree && find . -name '*.tar.xz' | sort) >found
same expected found
status 0 pack --types-only tree -o again.pack
same all.pack again.pack
status 1 convert all.pack two.btf
says err "kernels are selected"
[ ! -e two.btf ] || fail "two.btf was written"
one=5.10.0-30-arm64
status 0 convert all.pack one.btf --select release=$one
cp one.btf $one.btf
status 0 pack --types-only --as os=debian:11,machine=arm64 $one.btf -o one.pack
status 0 verify one.pack --kernels all.pack

# Damaged and foreign ones.
size=$(stat -c %s all.pack)
for place in 20 100 5000 $((size / 2)) $((size - 3)); do
	cp all.pack bad.pack
	printf '\252' | dd of=bad.pack bs=1 seek=$place conv=notrunc 2>/dev/null
	cmp -s all.pack bad.pack && continue
	cp plain exe
	status 1 embed exe --kernels bad.pack
	says err "bad.pack"
	same plain exe
	status 1 pack bad.pack -o new.pack
	[ ! -e new.pack ] || fail "a pack of a damaged one"
done
head -c 1000 all.pack >bad.pack
status 1 list bad.pack
one_line bad.pack "it is cut off: 1000 bytes of $size"
cp all.pack bad.pack
printf '\002' | dd of=bad.pack bs=1 seek=8 conv=notrunc 2>/dev/null
status 1 list bad.pack
one_line bad.pack "newer than this corebtf"
# A damaged kernel among good ones leaves nothing of itself.
mkdir -p mixed/debian/12/x86_64 mixed/debian/13/x86_64
cp $work/debian/12/x86_64/*.xz mixed/debian/12/x86_64
tar -xJOf $work/$archive | head -c 3000000 >mixed/debian/13/x86_64/6.9.0.btf
status 1 pack --types-only mixed -o mixed.pack
says err "6.9.0.btf"
says err "1 kernel BTF could not be used"
same twelve.pack mixed.pack

# Usage.
status 2 pack $work
status 2 pack -o x.pack
for slice in 0/3 4/3 a/b 1 1/; do
	status 2 pack $work -o x.pack --slice $slice
done
status 2 convert all.pack x.bundle
status 2 convert from-tree/exe x.bundle --select release=6
[ ! -e x.pack ] && [ ! -e x.bundle ] || fail "something was written"
status 1 pack $work -o $work/$archive
says err "$archive"
