# SPDX-License-Identifier: MIT
# corebtf list and lookup of a tar and of a folder of BTFs: the same result and log as with a bundle of
# the same BTFs.
. "$FLOW/lib.sh"
unset HOST_ROOT HOST_ETC COREBTF_BTF COREBTF_BUNDLE || :

make_object one.bpf.o
make_program program one.bpf.o

# Trimmed BTFs as a tree: two distributions with one release, and three of a series around a gap.
first=$(samples x86_64 | head -n 1)
last=$(samples x86_64 | tail -n 1)
release=5.4.0-58-generic
trim() { # ARCHIVE OUT
	mkdir -p "$(dirname "$2")"
	status 0 trim one.bpf.o --kernels "$KERNELS/$1" -o "$2" -q
}
trim "$first" "tree/btfhub-archive/ubuntu/18.04/x86_64/$release.btf"
trim "$last" "tree/btfhub-archive/ubuntu/20.04/x86_64/$release.btf"
for abi in 9 10 30; do
	mkdir -p tree/btfhub-archive/debian/12/x86_64
	cp "tree/btfhub-archive/ubuntu/20.04/x86_64/$release.btf" \
		"tree/btfhub-archive/debian/12/x86_64/6.1.0-$abi-amd64.btf"
done
printf '{"bpf_object": 1}' >tree/package.json
printf 'corebtf-manifest 1\n' >tree/corebtf.manifest
cmp -s tree/btfhub-archive/ubuntu/*/x86_64/$release.btf && fail "both are equal: nothing is tested"
status 0 embed program --kernels tree/btfhub-archive -q
tar -cf a.tar -C tree .
tar -czf a.tar.gz -C tree .
tar -cJf a.tar.xz -C tree .

status 0 list program --json
grep '"release"' out | sed 's/"btf": [0-9]*//' >listed
for tar in a.tar a.tar.gz a.tar.xz; do
	status 0 list $tar --json
	grep '"release"' out | sed 's/"btf": [0-9]*//' | diff listed - ||
		fail "list $tar"
	status 0 list $tar
	says out "5 kernels, 2 distinct BTFs"
done

# ask ARGUMENT...: of all of them; each must find what the executable does.
ask() {
	status 0 lookup program --machine x86_64 "$@" -o expected.btf
	for source in a.tar a.tar.gz a.tar.xz tree tree/btfhub-archive; do
		status 0 lookup $source --machine x86_64 "$@" -o found.btf
		same found.btf expected.btf
	done
}
ask --release "$release" --os ubuntu --os-version 18.04
says out "looking for release $release, machine x86_64"
says out "comparing os id and version id (ubuntu 18.04)"
says out "chosen: ubuntu/18.04/x86_64/$release.btf"
says out "tree/btfhub-archive/ubuntu/18.04/x86_64/$release.btf"
ask --release "$release" --os ubuntu --os-version focal
ask --release "$release" --uname-version '#64~18.04.1-Ubuntu SMP' --os ubuntu --os-version 20.04
says out "uname -v names ubuntu 18.04"
says out "by release, machine and the distribution that uname -v names"
for source in program a.tar tree; do
	status 1 lookup $source --machine x86_64 --release "$release" --os alpine
	says out "fits as well, with another BTF: "
	one_line $source "there are different BTFs for release $release on machine x86_64, and nothing tells"
done
# One that fits except for its distribution.
for source in a.tar tree program; do
	status 1 lookup $source --machine x86_64 --release "$release" --uname-version '#1 SMP Debian 5.4.1-1'
	one_line $source "no BTF for this build of release $release on machine x86_64"
	says out "out: this kernel's uname -v names another distribution"
	says_not err "no BTF for release"
done
ask --release "$release" --os alpine --first
says out "others with other bytes fit as well"
ask --release 6.1.0-10-amd64
cmp -s expected.btf "tree/btfhub-archive/debian/12/x86_64/6.1.0-10-amd64.btf" || fail "not its own"

# A folder of full BTFs, packed as BTFHub has them: the BTF that is in there.
status 0 lookup "$KERNELS" --release "$(release_of "$first")" --machine x86_64 -o found.btf
tar -xJOf "$KERNELS/$first" >expected.btf
same found.btf expected.btf
status 0 lookup "$KERNELS" --release "$(release_of "$first")" --machine x86_64 -q
[ ! -s out ] || fail "not quiet"

# Nothing fits. Neighbours work with a tar as with a bundle, but not with a folder.
for source in a.tar tree; do
	status 1 lookup $source --machine x86_64 --release 6.1.0-20-amd64
	one_line $source "no BTF for release 6.1.0-20-amd64 on machine x86_64"
	status 1 lookup $source --machine arm64 --release 6.1.0-10-amd64
	says out "for machine x86_64"
	one_line $source "on machine arm64"
	status 1 lookup $source --machine x86_64 --release 6.1.0-10-amd64 --object one.bpf.o
	says err "made for"
done
status 0 lookup a.tar --machine x86_64 --release 6.1.0-20-amd64 --nearest
says out "not this kernel's, a neighbour's"
status 1 lookup tree --machine x86_64 --release 6.1.0-20-amd64 --nearest
says out "neighbours are not looked for in a folder"

# Unreadable files, and files that are not archives.
: >tree/btfhub-archive/debian/12/x86_64/6.1.0-9-amd64.btf
tar -czf failed.tar.gz -C tree .
for source in failed.tar.gz tree; do
	status 1 lookup $source --machine x86_64 --release 6.1.0-9-amd64
	one_line $source "no BTF"
	status 0 lookup $source --machine x86_64 --release 6.1.0-30-amd64
done
says_not err 6.1.0-9
if have zstd; then
	zstd -q a.tar -o a.tar.zst
	status 1 lookup a.tar.zst --release "$release"
	one_line a.tar.zst "packed with zstd, which is not read here: use gzip or xz"
fi
mkdir empty
status 1 lookup empty --release "$release"
one_line empty "is no archive of BTFs"
tar -cf empty.tar -C empty .
status 1 lookup empty.tar --release "$release"
[ "$(wc -l <err)" -eq 1 ] || fail "not one line"
echo text >README.md
tar -cf README.tar README.md
status 1 list README.tar
one_line README.tar "is a tar without BTFs"
head -c 700 a.tar.gz >cut.tar.gz
status 1 list cut.tar.gz
one_line cut.tar.gz "the gzip stream is cut off"
status 1 list tree
one_line tree "is a folder: see --kernels"

# verify takes no tar: the bundle that is made of it is what can be verified.
status 1 verify a.tar one.bpf.o --kernels "$KERNELS"
one_line a.tar "corebtf convert"
