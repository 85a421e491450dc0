# SPDX-License-Identifier: MIT
# Bundles converted to tars and back: the same bundle, whichever program packed the tar in
# between. GNU tar, gzip, xz, zstd and Python's tarfile check the tars.
. "$FLOW/lib.sh"
make_object flow.bpf.o
make_program exe flow.bpf.o
printf '{"bpf_object_name": "flow"}\n' >package.json

# kernel ARCHIVE PLACE: one more name for one of the sample kernels.
kernel() {
	mkdir -p "$(dirname "kernels/$2")"
	cp "$KERNELS/$1" "kernels/$2.btf.tar.xz"
}
mkdir kernels
cp -R "$KERNELS"/debian kernels
set -- $(samples x86_64)
kernel "$1" ubuntu/20.04/x86_64/5.4.0-58-generic
kernel "$1" ubuntu/18.04/x86_64/5.4.0-58-generic

# Both ways of storing, both byte orders.
status 0 embed exe --kernels kernels --all-machines -o raw
status 0 embed exe --kernels kernels --all-machines --compress xz -o xz
have s390x-linux-gnu-gcc && make_object big.bpf.o -target bpfeb &&
	make_program big big.bpf.o s390x-linux-gnu-gcc &&
	status 0 embed big big.bpf.o --kernels kernels --all-machines -o big
for exe in raw xz big; do
	[ -e $exe ] || continue
	status 0 convert $exe -o $exe.bundle
	status 0 convert $exe.bundle -o from-bundle.tar
	status 0 convert $exe -o from-exe.tar
	same from-bundle.tar from-exe.tar
	for layout in bcc bpf-compatible; do
		for ending in tar tar.gz tgz tar.xz txz tar.zst tzst; do
			status 0 convert $exe -o out.$ending --layout $layout
			status 0 convert out.$ending -o back.bundle
			same back.bundle $exe.bundle
		done
	done
done
[ -e big ] || echo "note: no s390x compiler, so no big-endian bundle"

# package.json goes in and comes out. Without a place for it, it is mentioned; without one in the
# tar, that is a failure.
status 0 convert xz -o with.tar.gz --json package.json
status 0 convert with.tar.gz -o back.bundle --json-to back.json
same back.bundle xz.bundle
same back.json package.json
status 0 convert with.tar.gz -o back.bundle
says err "its package.json is not kept (--json-to FILE keeps it)"
status 0 convert xz -o without.tar.gz
rm back.bundle back.json
status 1 convert without.tar.gz -o back.bundle --json-to back.json -q
one_line without.tar.gz "there is no package.json in it for --json"
same back.bundle xz.bundle
[ ! -e back.json ] || fail "a package.json out of nothing"

# The compression can be changed.
status 0 convert with.tar.gz -o back.bundle --compress none
same back.bundle raw.bundle

# As GNU tar lists it: no times, no owners, no folders.
status 0 convert raw -o listed.tar --json package.json
TZ=UTC tar -tvf listed.tar | sed 's/ \{2,\}[0-9]* / SIZE /' >listing
cat >expected <<'END'
-rw-r--r-- 0/0 SIZE 1970-01-01 00:00 ./package.json
-rw-r--r-- 0/0 SIZE 1970-01-01 00:00 ./corebtf.manifest
-rw-r--r-- 0/0 SIZE 1970-01-01 00:00 ./btfhub-archive/debian/11/arm64/5.10.0-30-arm64.btf
-rw-r--r-- 0/0 SIZE 1970-01-01 00:00 ./btfhub-archive/debian/11/x86_64/5.10.0-30-cloud-amd64.btf
-rw-r--r-- 0/0 SIZE 1970-01-01 00:00 ./btfhub-archive/ubuntu/18.04/x86_64/5.4.0-58-generic.btf
-rw-r--r-- 0/0 SIZE 1970-01-01 00:00 ./btfhub-archive/ubuntu/20.04/x86_64/5.4.0-58-generic.btf
-rw-r--r-- 0/0 SIZE 1970-01-01 00:00 ./btfhub-archive/debian/12/x86_64/6.1.0-50-cloud-amd64.btf
-rw-r--r-- 0/0 SIZE 1970-01-01 00:00 ./btfhub-archive/debian/12/x86_64/6.1.0-56-cloud-amd64.btf
-rw-r--r-- 0/0 SIZE 1970-01-01 00:00 ./btfhub-archive/debian/12/x86_64/6.12.43+deb12-cloud-amd64.btf
-rw-r--r-- 0/0 SIZE 1970-01-01 00:00 ./btfhub-archive/debian/13/x86_64/7.2.6+deb13-cloud-amd64.btf
END
diff expected listing >&2 || fail "GNU tar lists something else"
status 0 convert raw -o listed.tar --layout bcc --machine-names uname
tar -tf listed.tar >listing
says listing ./debian/11/aarch64/5.10.0-30-arm64.btf
status 0 convert listed.tar -o back.bundle
same back.bundle raw.bundle

# GNU tar unpacks it, and what GNU tar packs again, in any order, format and packing, is the same
# bundle: with links for equal files, below another folder, without the "./".
mkdir unpacked
tar -xf with.tar.gz -C unpacked || fail "GNU tar does not take it"
same unpacked/package.json package.json
status 0 lookup xz --release 5.4.0-58-generic --machine x86_64 --os ubuntu --os-version 20.04 \
	-o looked-up
same unpacked/btfhub-archive/ubuntu/20.04/x86_64/5.4.0-58-generic.btf looked-up
repacked() { # TAR-OPTION...
	tar "$@" || fail "GNU tar: $*"
	status 0 convert again.tar -o back.bundle -q
	same back.bundle xz.bundle
}
repacked -cf again.tar -C unpacked .
repacked -cf again.tar --format=v7 -C unpacked .
repacked -cf again.tar --format=posix --sort=name -C unpacked .
repacked -cf again.tar unpacked
(cd unpacked && find . -type f | sort -r) >names
repacked -cf again.tar --gzip -C unpacked -T names
repacked -cf again.tar --xz -C unpacked btfhub-archive corebtf.manifest package.json
have zstd && repacked -cf again.tar --zstd -C unpacked .
have bzip2 && repacked -cf again.tar --bzip2 -C unpacked .
ln -f unpacked/btfhub-archive/ubuntu/20.04/x86_64/5.4.0-58-generic.btf \
	unpacked/btfhub-archive/ubuntu/18.04/x86_64/5.4.0-58-generic.btf
repacked -cf again.tar -C unpacked .
tar -tvf again.tar | grep -q 'link to' || fail "no hard link in it"
ln -sf ../../20.04/x86_64/5.4.0-58-generic.btf \
	unpacked/btfhub-archive/ubuntu/18.04/x86_64/5.4.0-58-generic.btf
ln -s 20.04 unpacked/btfhub-archive/ubuntu/focal
repacked -cf again.tar -C unpacked .

# Without the manifest: the kernels are all there, the objects are not.
rm unpacked/corebtf.manifest
tar -cf again.tar -C unpacked .
status 0 convert again.tar -o plain.bundle
status 0 list plain.bundle
says out "8 kernels"
says_not out "prog"

# The same bytes for any time, time zone, umask, locale and tar options of the user.
status 0 convert xz -o first.tar.gz --json package.json
status 0 convert xz -o first.tar.xz --json package.json
status 0 convert xz -o first.tar.zst --json package.json
sleep 1
touch -d '2001-01-01' package.json xz
for ending in tar.gz tar.xz tar.zst; do
	(
		umask 077
		export TZ=Asia/Tokyo LC_ALL=C.UTF-8 GZIP=-1 XZ_OPT=-0 ZSTD_CLEVEL=1 TAR_OPTIONS=-v
		export SOURCE_DATE_EPOCH=1234567890
		status 0 convert xz -o second.$ending --json package.json
	) || exit 1
	same first.$ending second.$ending
done

# The programs gzip, xz and zstd accept them and find nothing after the end.
gzip -t first.tar.gz 2>err || fail "gzip -t"
xz -t first.tar.xz || fail "xz -t"
! have zstd || zstd -tq first.tar.zst || fail "zstd -t"
[ ! -s err ] || fail "gzip complains"

# As the readers of these layouts do: look for one name and take the data after its header.
if have python3; then
	status 0 convert raw -o bcc.tar.gz --layout bcc
	cat >scan.py <<'END'
import gzip, io, sys, tarfile
name = sys.argv[2].encode()
data = gzip.open(sys.argv[1]).read()
at, found = 0, None
while data[at]: # a name: bcc goes on from header to header
    size = int(data[at + 124:at + 136].split(b" ")[0].rstrip(b"\0"), 8)
    if data[at:at + 100].split(b"\0")[0] == name:
        found = data[at + 512:at + 512 + size]
    at += 512 + (size + 511) // 512 * 512
tar = tarfile.open(fileobj=io.BytesIO(data))
for member in tar:
    assert member.isfile() and member.mtime == 0 and member.uid == 0 and member.mode == 0o644
assert tar.extractfile(name.decode()).read() == found
sys.stdout.buffer.write(found)
END
	place=ubuntu/20.04/x86_64/5.4.0-58-generic.btf
	python3 scan.py bcc.tar.gz ./$place >scanned || fail "not found as bcc does it"
	same scanned looked-up
	python3 scan.py with.tar.gz ./btfhub-archive/$place >scanned ||
		fail "not found as bpf-compatible does it"
	same scanned looked-up
else
	echo "note: no python3, so no reader but GNU tar"
fi

# A wrong manifest, and a file that is not a manifest.
mkdir lies
tar -xf with.tar.gz -C lies
echo 'kernel "btfhub-archive/debian/12/x86_64/6.1.0-50-cloud-amd64.btf" os-id="ubuntu"' \
	>>lies/corebtf.manifest
tar -cf lies.tar -C lies .
status 1 convert lies.tar -o back.bundle -q
one_line lies.tar "corebtf.manifest: line 5: btfhub-archive/debian/12/x86_64/6.1.0-50-cloud-amd64.btf: this contradicts the path"
status 0 list back.bundle
says out "7 kernels"
echo nonsense >>lies/corebtf.manifest
tar -cf lies.tar -C lies .
rm back.bundle
status 1 convert lies.tar -o back.bundle
one_line lies.tar "corebtf.manifest: line 6: it starts with none of bundle, object, kernel"
[ ! -e back.bundle ] || fail "a bundle in spite of that"

# Kernels that no path can name are left out, the others stay.
mkdir -p odd/debian/12/x86_64
cp "$KERNELS/$1" "odd/debian/12/x86_64/$(printf '6.1\n-evil').btf.tar.xz"
status 0 embed exe --kernels odd kernels -o odd.exe
status 1 convert odd.exe -o odd.tar
says err 'odd.exe: kernel debian 12 x86_64 6.1\x0a-evil: left out: there is a control character in its release'
says err "odd.tar: 7 kernels, 7 BTF files"
status 0 convert odd.tar -o back.bundle

# Failures leave the old file unchanged.
cp with.tar.gz old
for file in exe package.json nowhere; do
	cp old kept.tar.gz
	status 1 convert $file -o kept.tar.gz
	one_line $file ""
	same kept.tar.gz old
done
status 1 convert xz -o nowhere/x.tar
one_line nowhere/x.tar "No such file or directory"
status 1 convert xz -o x.tar --json nowhere
one_line nowhere "No such file or directory"
[ ! -e x.tar ] || fail "a tar without its package.json"
head -c 200 with.tar.gz >cut.tar.gz
cp raw.bundle kept.bundle
for file in cut.tar.gz package.json nowhere exe; do
	status 1 convert $file -o kept.bundle
	says err "corebtf: $file: "
	same kept.bundle raw.bundle
done
tar -cf none.tar package.json
status 1 convert none.tar -o kept.bundle
one_line none.tar "nothing written: there is no BTF in it that can be taken"
same kept.bundle raw.bundle
# A full disk or a limit must not lose bytes of these two.
for command in "convert xz -o full.tar" "convert with.tar.gz -o full.bundle"; do
	! (ulimit -f 0 && "$COREBTF" $command >out 2>err) || fail "$command: without room"
	[ ! -e full.tar ] && [ ! -e full.bundle ] || fail "$command: a file without room"
done
# Interrupted between the temporary file and its rename: the signal waits.
"$CC" -shared -fPIC -D_GNU_SOURCE "$FLOW/signal_at_rename.c" -o preload.so -ldl
mkdir at-rename
for command in "convert xz -o at-rename/x.tar.gz" "convert with.tar.gz -o at-rename/x.bundle"; do
	got=0
	LD_PRELOAD=$PWD/preload.so ASAN_OPTIONS=verify_asan_link_order=0 \
		"$COREBTF" $command >out 2>err || got=$?
	[ "$got" -eq 130 ] || fail "$command: status $got after SIGINT"
done
only at-rename x.bundle x.tar.gz
same at-rename/x.bundle xz.bundle
ls -A | grep -q '\.corebtf-' && fail "a temporary file is left"

# Usage.
status 2 convert
status 2 convert raw
status 2 convert raw xz -o a.tar
status 2 convert raw -o a.zip
one_line convert "'a.zip' is no archive that can be written: end it in .tar, .tar.gz, .tar.xz or .tar.zst"
status 2 convert raw -o a.tar --layout tarball
status 2 convert raw -o a.tar --machine-names go
status 2 convert with.tar.gz without.tar.gz -o a
status 2 convert with.tar.gz -o a --compress zip
status 2 convert with.tar.gz -o a --byte-order middle
status 2 convert with.tar.gz -o a --machine vax
