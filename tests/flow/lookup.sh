# SPDX-License-Identifier: MIT
# corebtf lookup: all facts of a kernel can be given, the log says what decided, neighbours need an
# option, and a rebuilt object is noticed.
. "$FLOW/lib.sh"
unset HOST_ROOT HOST_ETC COREBTF_BTF COREBTF_BUNDLE || :

make_object one.bpf.o
make_program program one.bpf.o

# One release, two distributions with different BTFs; and three of a series around a gap.
first=$(samples x86_64 | head -n 1)
last=$(samples x86_64 | tail -n 1)
[ "$first" != "$last" ] || fail "the samples have one kernel only"
release=5.4.0-58-generic
for version in 18.04 20.04; do
	mkdir -p "kernels/ubuntu/$version/x86_64"
done
raw() { # ARCHIVE OUT: the BTF alone
	tar -xJOf "$KERNELS/$1" >"$2"
}
raw "$first" "kernels/ubuntu/18.04/x86_64/$release.btf"
raw "$last" "kernels/ubuntu/20.04/x86_64/$release.btf"
mkdir -p kernels/debian/12/x86_64
for abi in 9 10 30; do
	cp "kernels/ubuntu/20.04/x86_64/$release.btf" "kernels/debian/12/x86_64/6.1.0-$abi-amd64.btf"
done
cp "kernels/ubuntu/18.04/x86_64/$release.btf" kernels/debian/12/x86_64/6.1.0-8-rt-amd64.btf
status 0 embed program --kernels kernels -q

ask() {
	status 0 lookup program --machine x86_64 "$@" -o found.btf
}
ask --release "$release" --os ubuntu --os-version 18.04
mv found.btf old.btf
says out "comparing os id and version id (ubuntu 18.04)"
ask --release "$release" --os ubuntu --os-version focal
mv found.btf new.btf
! cmp -s old.btf new.btf || fail "the two kernels have one BTF: nothing is tested here"
ask --release "$release" --uname-version '#64~18.04.1-Ubuntu SMP' --os ubuntu --os-version 20.04
same found.btf old.btf
says out "uname -v names ubuntu 18.04"
says out "by release, machine and the distribution that uname -v names"
ask --release "$release" --uname-version '#64-Ubuntu SMP' --os ubuntu --os-version 18.04
same found.btf new.btf
status 1 lookup program --machine x86_64 --release "$release" --os alpine -o none.btf
[ ! -e none.btf ] || fail "a BTF although nothing tells which"
says out "fits: bundle 0, entry"
says out "fits as well, with another BTF: bundle 0, entry"
one_line program "nothing tells which of them is this kernel's; a build-id in them would"
ask --release "$release" --os alpine --first
same found.btf old.btf
says out "ambiguous"
says out "others with other bytes fit as well"

# Nothing fits: the nearest ones, and a neighbour only with the option and between equal BTFs.
status 1 lookup program --machine x86_64 --release 6.1.0-20-amd64
one_line program "no BTF for release 6.1.0-20-amd64 on machine x86_64"
says err "of its series and flavour 6.1.*-*-amd64 there are 3"
says err "nearest 6.1.0-10-amd64 and 6.1.0-30-amd64, 0 of them with another BTF"
ask --release 6.1.0-20-amd64 --nearest
same found.btf new.btf
says out "not this kernel's, a neighbour's"
status 1 lookup program --machine x86_64 --release 6.1.0-31-amd64 --nearest
status 1 lookup program --machine x86_64 --release 6.1.0-20-rt-amd64 --nearest
one_line program "of its series and flavour 6.1.*-*-rt-amd64 there are 1"

# The object that it was made for, as a file and out of the executable; and another build of it.
release_options="--machine x86_64 --release 6.1.0-10-amd64"
status 0 lookup program $release_options --object one.bpf.o
says out "the object is "
cp one.bpf.o stripped.bpf.o
if have llvm-strip; then
	llvm-strip -g stripped.bpf.o # the skeletons of some have that; the BTF stays
	status 0 lookup program $release_options --object stripped.bpf.o
fi
make_object changed.bpf.o -DWITH_MISSING
status 1 lookup program $release_options --object changed.bpf.o
one_line changed.bpf.o "is none of the 1 that the BTFs were made for"
says err "corebtf embed"
status 1 lookup program $release_options --object "$FLOW/lib.sh"
one_line "$FLOW/lib.sh" "is no ELF file"
status 1 lookup program $release_options --object missing.bpf.o
one_line missing.bpf.o "No such file"

# Wrong arguments.
status 2 lookup program --build-id 123
says err "is no build-id"
status 2 lookup program --build-id 12zz
says err "'z' is no hexadecimal digit"
status 2 lookup program --os ''
status 2 lookup program --release x --host-root /
says err "not with --release"

# A build-id in any case; the bundle has none, so it changes nothing.
ask --release 6.1.0-10-amd64 --build-id 00aAfF
same found.btf new.btf

# The running kernel in a bundle with just its entry: found by name, without reading other files.
if [ -r /sys/kernel/btf/vmlinux ]; then
	make_program running one.bpf.o
	mkdir -p "here/made/1/$(uname -m)"
	cp /sys/kernel/btf/vmlinux "here/made/1/$(uname -m)/$(uname -r).btf"
	status 0 embed running --kernels here -q
	status 0 lookup running
	says out "running kernel: release $(uname -r)"
	says_not out "host: os id"
	says out "BTF of its own, which a program takes before"
fi
