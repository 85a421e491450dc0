# SPDX-License-Identifier: MIT
# Kernels of one release with different BTFs that nothing tells apart: commands that make or list
# a bundle warn of them, and a lookup refuses.
. "$FLOW/lib.sh"
unset HOST_ROOT HOST_ETC COREBTF_BTF COREBTF_BUNDLE || :

make_object flow.bpf.o
make_program exe flow.bpf.o
release=5.5.5
first=$(samples x86_64 | head -n 1)
last=$(samples x86_64 | tail -n 1)
place() { # SAMPLE OS/VERSION
	mkdir -p "tree/$2/x86_64"
	cp "$KERNELS/$1" "tree/$2/x86_64/$release.btf.tar.xz"
}
example="$release on x86_64, of fedora 30 and of ol 8"
place "$first" fedora/30
place "$last" ol/8

warns() { # SUBJECT
	says err "corebtf: $1: 1 release has different BTFs that a program may be unable to tell apart"
	says err "$example"
}
status 0 embed exe --kernels tree
warns exe
says err "build-ids tell them apart: vmlinux, vmlinuz and packages have them"
status 0 list exe
warns exe
says_not out "BUILD-ID"
status 0 embed exe --kernels tree -q
[ ! -s err ] || fail "not quiet"
status 0 list exe --json
warns exe
says_not out "unable"
status 0 convert exe exe.tar
status 0 convert exe.tar exe.bundle
warns exe.bundle
status 0 btfgen flow.bpf.o --kernels tree -o gen.tar.gz
warns gen.tar.gz
says err "in a tar nothing else can tell them apart"
for file in exe exe.bundle exe.tar gen.tar.gz tree; do
	status 1 lookup $file --release $release --machine x86_64 --os debian
	one_line $file "there are different BTFs for release $release on machine x86_64"
	says out "fedora"
	status 0 lookup $file --release $release --machine x86_64 --os ol --os-version 8
	status 0 lookup $file --release $release --machine x86_64 --os debian --first
	says out "ambiguous"
done

# No warning of kernels that uname -v tells apart, or that have one BTF.
rm -r tree
place "$first" ubuntu/18.04
place "$last" ubuntu/20.04
place "$last" debian/12
status 0 embed exe --kernels tree
says_not err "unable to tell apart"
rm -r tree
place "$first" fedora/30
place "$first" ol/8
status 0 embed exe --kernels tree
says_not err "unable to tell apart"

# Build-ids decide, and the list shows them. In a tar there are none.
place "$last" ol/8
"$WRITE_KERNEL" vmlinuz bzimage zstd
status 0 embed exe --kernels-with-btf --as release=$release,os=ol:8 --kernels vmlinuz --as '' --kernels tree/fedora
says_not err "unable to tell apart"
status 0 list exe
grep -qE '^OS .* BTF  BUILD-ID$' out || fail "no heading"
grep -qE "^ol .* [0-9a-f]{40}$" out || fail "no build-id"
grep -qE "^fedora .* -$" out || fail "a build-id out of nowhere"
id=$(sed -n 's/^ol .* \([0-9a-f]*\)$/\1/p' out)
status 0 lookup exe --release $release --machine x86_64 --build-id "$id"
says out "chosen: BTF"
says out "by release, machine and build-id"
status 0 lookup exe --release $release --machine x86_64 --build-id 0123
says out "from fedora 30"
status 0 btfgen flow.bpf.o --kernels-with-btf --as release=$release,os=ol:8 --kernels vmlinuz --as '' --kernels tree/fedora -o gen.tar.gz
warns gen.tar.gz

# After a refusal the log does not say that this release, or others of its series, are unknown.
status 0 embed exe --kernels-with-btf --as release=$release,os=ol:8 --kernels vmlinuz
status 1 lookup exe --release $release --machine x86_64 --build-id 0123
says out "out: its build-id is not this kernel's"
one_line exe "no BTF for this build of release $release on machine x86_64"
says_not err "no other kernel"
