# SPDX-License-Identifier: MIT
# --kernels takes archives, packages and kernels, mixed with trees. Hostile members are reported and
# skipped, the others taken, and the bytes do not depend on the packing.
. "$FLOW/lib.sh"
make_object flow.bpf.o
make_program exe flow.bpf.o

# A real checkout: folders with two names, markers, a README, a link in a circle, a repository.
tree=btfhub-archive
mkdir -p $tree/.git $tree/ubuntu/bionic/x86_64
samples x86_64 | head -n 2 >x86_64
while read -r path; do
	mkdir -p "$tree/$(dirname "$path")"
	cp "$KERNELS/$path" "$tree/$path"
done <x86_64
count=$(wc -l <x86_64)
cp "$KERNELS/$(head -1 x86_64)" $tree/ubuntu/bionic/x86_64/4.15.0-20-generic.btf.tar.xz
count=$((count + 1))
echo failed >$tree/ubuntu/bionic/x86_64/4.15.0-21-generic.failed
echo text >$tree/README.md
ln -s bionic $tree/ubuntu/18.04
ln -s .. $tree/ubuntu/up
status 0 list --kernels $tree
says out "$count kernels"
says out "ubuntu  bionic "
status 0 embed exe --kernels $tree -o from-tree

# The same in tars: of the packed BTFs, and of the BTFs themselves, in all packings; any number of threads.
mkdir plain
(cd $tree && find . -name '*.btf.tar.xz') | while read -r path; do
	mkdir -p "plain/$(dirname "$path")"
	tar -xJf "$tree/$path" -C "plain/$(dirname "$path")"
	btf=$(tar -tJf "$tree/$path")
	[ "$btf" = "$(basename "$path" .tar.xz)" ] ||
		mv "plain/$(dirname "$path")/$btf" "plain/${path%.tar.xz}"
done
tar -cf nested.tar $tree
tar -C plain -cf plain.tar .
tar -cf prefixed.tar --transform 's,^plain,btfhub-archive,' plain
gzip -n -1 <plain.tar >plain.tar.gz
xz -1 <plain.tar >plain.tar.xz
tars="nested.tar plain.tar prefixed.tar plain.tar.gz plain.tar.xz"
if have zstd; then
	zstd -q -1 <plain.tar >plain.tar.zst
	tars="$tars plain.tar.zst"
fi
for tar in $tars; do
	status 0 list --kernels "$tar"
	says out "$count kernels"
	for jobs in 1 3; do
		status 0 embed exe --kernels "$tar" -j $jobs -o from-tar
		same from-tree from-tar
	done
done
cp plain.tar.xz anything
status 0 embed exe --kernels anything -o from-tar
same from-tree from-tar
status 0 verify from-tar --kernels nested.tar
says err "the same answers on $count kernels"
# Two archives with the same kernels, and a tree.
status 0 embed exe --kernels plain.tar nested.tar $tree -j 4 -o from-tar
same from-tree from-tar
# --select works on members too.
status 0 embed exe --kernels nested.tar --select '!os=ubuntu' -o from-tar
says err "1 kernel left out by --select"
status 1 embed exe --kernels nested.tar --select os=fedora -o none
says err "exe: nothing written: --select takes none of $count kernels"

# Packed one by one, without a tar.
btf=$(cd plain && find . -name '*.btf' | sort | head -1)
mkdir -p "single/$(dirname "$btf")"
cp "plain/$btf" "single/$btf"
status 0 embed exe --kernels single -o one
rm "single/$btf"
for packer in gzip:gz xz:xz zstd:zst bzip2:bz2 lz4:lz4; do
	have "${packer%:*}" || continue
	file=single/$btf.${packer#*:}
	cat "plain/$btf" | "${packer%:*}" -c >"$file" # gzip minds a file's time
	status 0 list --kernels single
	says out "1 kernel"
	status 0 embed exe --kernels single -o one-packed
	same one one-packed
	rm "$file"
done

# --as: for the paths after it, until the next one.
cp "plain/$btf" nameless
status 1 embed exe --kernels nameless -o none
one_error=$(grep nameless: err)
case $one_error in
*"cannot tell which kernel it is for"*"--as release="*) ;;
*) fail "nameless: $one_error" ;;
esac
status 0 list --json --as os=mine:7,release=1.2.3,machine=amd64 --kernels nameless --as '' \
	--kernels "plain/$btf"
says out '"release": "1.2.3", "machine": "x86_64", "os_id": "mine", "version_id": "7"'
says out "\"release\": \"$(basename "$btf" .btf)\""
# One that holds for no path is refused: the kernels would keep the name that it was to replace.
for arguments in '--kernels nameless --as release=1.2.3' \
	'--as release=1 --as release=2,machine=amd64 --kernels nameless'; do
	status 2 embed exe -o none $arguments
	says err "an --as has no path: it holds for the --kernels paths after it"
	status 2 list $arguments
	status 2 verify exe $arguments
done
status 2 list from-tree --as release=1.2.3
status 2 btfgen flow.bpf.o --kernels plain --as os=mine -o none
[ ! -e none ] || fail "written all the same"
status 2 embed exe --as release --kernels nameless
says err "--as 'release': 'release' is no KEY=VALUE"

# Boot images that cannot be read, as a path, in a folder and in a package: --as does not help,
# and the message says what does.
mkdir -p foreign/boot
{ head -c 65544 /dev/zero; printf S390EP; head -c 4096 /dev/zero; } >foreign/boot/vmlinuz-6.1.0-13-s390x
{ head -c 36 /dev/zero; printf '\030\050\157\001'; head -c 4096 /dev/zero; } \
	>foreign/boot/vmlinuz-6.1.0-13-armmp
{ head -c 36 /dev/zero; printf '\001\157\050\030'; head -c 4096 /dev/zero; } >foreign/zImage
{ printf '\047\005\031\126'; head -c 4096 /dev/zero; } >foreign/uImage
gzip -c foreign/boot/vmlinuz-6.1.0-13-s390x >foreign/image.gz
tar -cf foreign.tar -C foreign boot
for kernel in "an s390x boot image=foreign/boot/vmlinuz-6.1.0-13-s390x" \
	"an s390x boot image=foreign/image.gz" "an ARM zImage=foreign/zImage" \
	"a U-Boot image=foreign/uImage" "an ARM zImage=foreign/boot/vmlinuz-6.1.0-13-armmp" \
	"an ARM zImage=foreign/boot" "an s390x boot image=foreign.tar"; do
	for as in '' release=6.1.0-13-s390x,machine=s390x; do
		status 1 embed exe --as "$as" --kernels "${kernel#*=}" -o none
		says err "it is ${kernel%=*}, which is not read here; take the vmlinux of this kernel"
		says_not err "place it"
	done
done
# Debian's package that only depends on the one with the kernel.
mkdir -p empty/usr/share/doc
echo doc >empty/usr/share/doc/readme
tar -cf linux-image-7.2-amd64.tar -C empty usr
status 1 list --kernels linux-image-7.2-amd64.tar
says err "; of newer Debian kernels the package linux-binary-* has it"

# Kernels: by names in a folder, by themselves under any, in packages.
mkdir -p boot root/DEBIAN root/boot root/lib/modules/6.1.0-13-amd64
"$WRITE_KERNEL" boot/vmlinuz-6.1.0-13-amd64 bzimage zstd
"$WRITE_KERNEL" vmlinux elf
cp vmlinux boot/config-6.1.0-13-amd64
status 0 list --json --kernels boot
says out '"release": "6.1.0-13-amd64", "machine": "x86_64", "os_id": "debian"'
says out '"path": "boot/vmlinuz-6.1.0-13-amd64"'
[ "$(grep -c '"release"' out)" -eq 1 ] || fail "boot: not one kernel"
status 0 embed exe --kernels-with-btf --kernels boot -o from-boot
status 0 list --json from-boot
says out '"uname_version": "#1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)"'
grep -q '"build_id": "[0-9a-f]\{40\}"' out || fail "no build-id"
cp boot/vmlinuz-6.1.0-13-amd64 odd
for kernel in odd vmlinux; do
	status 0 embed exe --kernels-with-btf --kernels $kernel -o from-kernel
	same from-boot from-kernel
done
mv odd vmlinuz-6.1.0-99-amd64
status 1 embed exe --kernels-with-btf --kernels vmlinuz-6.1.0-99-amd64 -o none
says err "says release 6.1.0-99-amd64, and it says 6.1.0-13-amd64 of itself"
status 0 embed exe --kernels-with-btf --as release=6.1.0-99-amd64 --kernels vmlinuz-6.1.0-99-amd64 -o none
# The kernel inside a file of a tree must agree with the path too.
mkdir -p wrong/debian/12/x86_64 wrong/debian/12/arm64
cp vmlinux wrong/debian/12/x86_64/6.1.0-12-amd64.btf
cp vmlinux wrong/debian/12/arm64/6.1.0-13-amd64.btf
status 1 embed exe --kernels-with-btf --all-machines --kernels wrong -o none
says err "6.1.0-12-amd64.btf: its place or name says release 6.1.0-12-amd64"
says err "6.1.0-13-amd64.btf: its place or name says machine arm64"
if have dpkg-deb; then
	cp boot/vmlinuz-6.1.0-13-amd64 root/boot
	printf 'Package: p\nVersion: 1\nArchitecture: all\nMaintainer: n <n@e.org>\nDescription: none\n' \
		>root/DEBIAN/control
	mkdir packages
	dpkg-deb -Zxz -b root packages/linux-image.deb >/dev/null
	echo text >packages/notes
	status 0 embed exe --kernels-with-btf --kernels packages/linux-image.deb -o from-kernel
	same from-boot from-kernel
	status 0 embed exe --kernels-with-btf --kernels packages -o from-kernel
	same from-boot from-kernel
	# A package is of one kernel: what comes behind it is read for modules alone. Here the rest is cut off.
	mkdir -p root/usr/lib/modules
	head -c 4000000 /dev/urandom >root/usr/lib/modules/large.ko
	dpkg-deb -Znone -b root large.deb >/dev/null
	head -c -2000000 large.deb >packages/linux-image.deb
	status 0 embed exe --kernels-with-btf --modules none --kernels packages/linux-image.deb -o from-cut
	status 1 embed exe --kernels-with-btf --kernels packages/linux-image.deb -o from-cut-too
	says err "packages/linux-image.deb: the package is damaged or cut off"
	same from-cut from-cut-too
	cmp from-kernel from-cut || fail "the rest of a package changes what its kernel gives"
	rm -r root/usr
	rm root/boot/vmlinuz-*
	dpkg-deb -Zxz -b root empty.deb >/dev/null
	status 1 embed exe --kernels-with-btf --kernels empty.deb -o none
	says err "empty.deb: no kernel in this archive"
fi

if have rpmbuild; then
	cat >p.spec <<-END
		Name: kernel-core
		Version: 1
		Release: 1
		Summary: none
		License: none
		%description
		%install
		install -D $PWD/boot/vmlinuz-6.1.0-13-amd64 %{buildroot}/lib/modules/6.1.0-13-amd64/vmlinuz
		%files
		/lib/modules/6.1.0-13-amd64/vmlinuz
	END
	HOME=$PWD rpmbuild -bb --define "_topdir $PWD/rpm" p.spec >log 2>&1 || fail "rpmbuild: $(cat log)"
	cp rpm/RPMS/*/kernel-core-1-1.*.rpm packages.rpm
	status 0 list --json --kernels packages.rpm
	says out '"release": "6.1.0-13-amd64", "machine": "x86_64"'
	status 0 embed exe --kernels-with-btf --kernels packages.rpm -o from-kernel
	same from-boot from-kernel
fi

# Hostile members: a line for each, and the others are taken.
mkdir -p bad/debian/12/x86_64
cp "plain/$btf" bad/debian/12/x86_64/1.btf
cp "plain/$btf" bad/debian/12/x86_64/2.btf
cp "plain/$btf" bad/debian/12/x86_64/3.btf
head -c 1000 "plain/$btf" >bad/debian/12/x86_64/4-damaged.btf
ln -s 5-circle.btf bad/debian/12/x86_64/6-circle.btf
ln -s 6-circle.btf bad/debian/12/x86_64/5-circle.btf
ln -s 1.btf bad/debian/12/x86_64/7-link.btf
ln bad/debian/12/x86_64/1.btf bad/debian/12/x86_64/8-hard.btf
long=$(printf '%4096s' '' | tr ' ' n)
touch escape
tar -C bad -cf bad.tar debian
for name in /etc/absolute.btf ../../up.btf "$long" 'new\nline.btf'; do
	tar -P --format=posix -rf bad.tar --transform "s,^escape\$,$name," escape
done
# The same kernel once more, with another BTF: of the two one stays, whichever comes first.
other=$(cd plain && find . -name '*.btf' | sort | sed -n 2p)
cp "plain/$other" 2.btf
tar -rf bad.tar --transform 's,^,debian/12/x86_64/,' 2.btf
gzip -n <bad.tar >bad.tar.gz
for jobs in 1 4; do
	status 1 embed exe --kernels bad.tar.gz -j $jobs -o "bad-$jobs"
	says err "bad.tar.gz: /etc/absolute.btf: skipped: its name is an absolute path"
	says err "bad.tar.gz: ../../up.btf: skipped: its name leads out of the archive"
	says err "nnn...: skipped: its name has 4096 bytes"
	says err 'bad.tar.gz: new\x0aline.btf: skipped: there is a control character in its name'
	says err "4-damaged.btf: BTF"
	says err "5-circle.btf: it is a link that leads in a circle"
	says err "6-circle.btf: it is a link that leads in a circle"
	says err "bad.tar.gz: debian/12/x86_64/2.btf: "
	says err "bad-$jobs: 5 kernels"
	grep -v "bad-$jobs:" err | grep -v strip >"err-$jobs"
done
same bad-1 bad-4
same err-1 err-4
[ ! -e /etc/absolute.btf ] && [ ! -e ../up.btf ] || fail "written outside"
# Cut off: the kernels before that are taken.
head -c "$(($(wc -c <plain.tar.gz) / 2))" plain.tar.gz >cut.tar.gz
status 1 embed exe --kernels cut.tar.gz -o cut
says err "cut.tar.gz: "
says err "is cut off"
head -c 100 bad.tar.gz >shreds.tar.gz
status 1 embed exe --kernels shreds.tar.gz -o none2
says err "nothing written: "
[ ! -e none2 ] || fail "something was written"

# Memory: a kernel over the limit is refused with a line; within it all are taken, with many threads too.
status 0 embed exe --kernels "$KERNELS" plain.tar.xz -o from-samples
for limit in 20M 20480K; do
	status 0 embed exe --kernels "$KERNELS" plain.tar.xz -j 8 --memory $limit -o bounded
	same from-samples bounded
done
status 1 embed exe --kernels $tree --memory 1M -o none2
says err "more than the limit of 1 MiB (--memory)"
for limit in 0 1X -1 1.5G 99999999999999999999; do
	status 2 embed exe --kernels $tree --memory=$limit -o none2
	says err "--memory needs a number"
done

# Interrupted at some moment while archives are read: the old file or the whole new one, and nothing
# unpacked anywhere.
mkdir work tmp
for signal in INT TERM KILL; do
	cp exe work/exe
	TMPDIR=$PWD/tmp "$COREBTF" embed work/exe --kernels plain.tar.xz nested.tar >out 2>err &
	sleep 0.05
	kill -$signal $! 2>/dev/null || :
	wait $! || :
	cmp -s work/exe exe || cmp -s work/exe from-tree || fail "SIG$signal left half a file"
	# Killed at the rename, it may leave a temporary file, whose name says what it is.
	rm -f work/.exe.corebtf-*
	only work exe
	[ -z "$(ls -A tmp)" ] || fail "SIG$signal left files"
done
