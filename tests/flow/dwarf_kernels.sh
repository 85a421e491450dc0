# SPDX-License-Identifier: MIT
# --kernels takes kernels that have DWARF and no BTF, in all forms in which that comes: in the
# kernel's own file, plain or packed, in a debug file, in part by dwz, in packages. The same types come
# out of all of them. Files without DWARF are refused with their cause.
. "$FLOW/lib.sh"
have objcopy || skip "no objcopy"
make_object flow.bpf.o
release=4.9.0-13-686-pae

# kernel FLAG...: a vmlinux, linked as some kernels are: .rela.debug_* stay in the file.
kernel() {
	"$CC" -O1 -g -gno-column-info -fno-pie -ffreestanding \
		"$@" -c "$FLOW/dwarf_kernel.c" -o kernel.o
	"${LD:-ld}" -e 0 --build-id=0x00112233445566778899aabbccddeeff00112233 --emit-relocs \
		kernel.o -o vmlinux
}
kernel -gdwarf-4 || skip "the compiler makes no such file"
readelf -SW vmlinux | grep -q '\.rel.*\.debug_info' || fail "no relocations are left in vmlinux"

# The kernel is known by itself, and its types are in its DWARF.
status 0 list --kernels vmlinux
says out "TYPES"
says out "$release  vmlinux  DWARF"
status 0 list --json --kernels vmlinux
says out '"types": "DWARF"'
machine=$(sed -n 's/.*"machine": "\([^"]*\)".*/\1/p' out)

# Trimmed from DWARF it is as trimmed from the full BTF that comes of it.
status 0 dwarf vmlinux -o $release.btf
says err "$release.btf: "
says err "from the DWARF of $release"
status 0 dwarf vmlinux
cp out on-stdout
same on-stdout $release.btf
if have bpftool; then
	bpftool btf dump file $release.btf format c >full.h
	says full.h "unsigned int more_flags: 29;"
fi
status 0 trim flow.bpf.o --kernels $release.btf -o trimmed.btf
says err "trimmed.btf: "
status 0 trim flow.bpf.o --kernels vmlinux -o from-dwarf.btf
says err "read from DWARF"
same trimmed.btf from-dwarf.btf
if have script; then
	# Standard output is a terminal there.
	script -qec "'$COREBTF' dwarf vmlinux" /dev/null >terminal 2>&1 </dev/null || :
	says terminal "BTF is not written to a terminal"
fi
status 1 dwarf vmlinux -o vmlinux
says err "vmlinux"

# In every command.
make_program exe flow.bpf.o
status 0 embed exe --kernels vmlinux -o embedded
says err "1 kernel without BTF: types read from its DWARF"
status 0 list embedded
says out "$release"
status 0 lookup embedded --release $release --machine "$machine" -o looked-up.btf
same trimmed.btf looked-up.btf
status 0 verify embedded --kernels vmlinux -v
says err "the same answers on 1 kernel"
says err "types read from its DWARF"
status 0 btfgen flow.bpf.o --kernels vmlinux -o tar.gz
status 0 trim flow.bpf.o --kernels vmlinux -o one.bundle -v
says err "trimmed to "
says err ", from DWARF"
status 1 list --kernels vmlinux --select 'release=5.*'
says err "takes none of 1 kernel"

# as_before FILE: the same types come out of it. Their order is that of the file, but for trimmed ones.
as_before() {
	set -- "$1" "${2:-}"
	status 0 trim flow.bpf.o --kernels "$1" -o again.btf
	same trimmed.btf again.btf
	status 0 dwarf "$1" -o again.btf
	[ "$2" = other-order ] || same $release.btf again.btf
	forms=$((forms + 1))
	[ "$2" = quick ] && return
	status 0 embed exe --as "release=$release,machine=$machine" --kernels "$1" -o again
	status 0 lookup again --release $release --machine "$machine" -o again.btf
	same trimmed.btf again.btf
}
forms=0

# Packed sections.
for packing in zlib-gabi zlib-gnu zstd; do
	objcopy --compress-debug-sections=$packing vmlinux packed 2>/dev/null || continue
	cmp -s vmlinux packed && continue # a kind that this objcopy does not know
	as_before packed
done

# A debug file: by its name and checksum, by its build-id; made by two tools.
objcopy --only-keep-debug vmlinux kernel.debug
objcopy --strip-debug vmlinux bare
as_before kernel.debug
status 1 trim flow.bpf.o --kernels bare -o never.btf
one_line bare "it has neither BTF nor DWARF"
says err "/usr/lib/debug/.build-id/00/112233445566778899aabbccddeeff00112233.debug"
objcopy --add-gnu-debuglink=kernel.debug bare stripped
as_before stripped
mkdir .debug
mv kernel.debug .debug/
as_before stripped
cp .debug/kernel.debug good
printf x >>.debug/kernel.debug
status 1 trim flow.bpf.o --kernels stripped -o never.btf
one_line stripped "kernel.debug has another checksum than .gnu_debuglink says"
"${LD:-ld}" -e 0 --build-id=0xff112233445566778899aabbccddeeff00112233 kernel.o -o other
objcopy --only-keep-debug other .debug/kernel.debug
status 1 trim flow.bpf.o --kernels stripped -o never.btf
one_line stripped "kernel.debug has another build-id"
rm .debug/kernel.debug
status 1 trim flow.bpf.o --kernels stripped -o never.btf
one_line stripped "its debug file is not there"
says err "kernel.debug beside it, in .debug/ or below /usr/lib/debug"
if have eu-strip; then
	cp vmlinux split
	eu-strip -f split.debug split 2>/dev/null
	as_before split
	as_before split.debug
	cp split.debug vmlinux-$release.debug
	status 0 list --kernels vmlinux-$release.debug
	says out "$release  vmlinux-$release.debug  DWARF"
fi

# dwz moves what two files have in common to a third, named in both.
if have dwz; then
	kernel -gdwarf-4
	objcopy -R .rela.debug_info -R .rel.debug_info vmlinux first
	# dwz wants no relocations.
	"${LD:-ld}" -e 0 --build-id=0x00112233445566778899aabbccddeeff00112233 kernel.o -o first
	cp first second
	if dwz -m common first second 2>/dev/null && [ -e common ]; then
		as_before first other-order
		mv common elsewhere
		status 1 trim flow.bpf.o --kernels first -o never.btf
		one_line first "common (by dwz), which is not there"
		objcopy --strip-debug -R .note.gnu.build-id elsewhere common 2>/dev/null || :
		status 1 trim flow.bpf.o --kernels first -o never.btf
		one_line first "common"
		tar -cf dwz.tar --transform "s,first,boot/vmlinux-$release," first
		status 1 embed exe --kernels dwz.tar -o never
		says err "not looked for outside of an archive"
	fi
fi

# Archives and packages.
mkdir -p root/DEBIAN root/usr/lib/debug/boot
cp vmlinux root/usr/lib/debug/boot/vmlinux-$release
tar -C root -cf kernel.tar usr
as_before kernel.tar
status 0 list --kernels kernel.tar
says out "DWARF"
if have dpkg-deb; then
	printf 'Package: p\nVersion: 1\nArchitecture: all\nMaintainer: n <n@e.org>\nDescription: none\n' \
		>root/DEBIAN/control
	dpkg-deb -Zxz -b root kernel-dbg.deb >/dev/null
	as_before kernel-dbg.deb
fi
# A large kernel: its end says where its DWARF is, so the archive is read twice.
cp vmlinux large
dd if=/dev/zero of=gap bs=1M count=0 seek=65 2>/dev/null
objcopy --add-section .gap=gap large
"$COREBTF" list --kernels large >out
cp large root/usr/lib/debug/boot/vmlinux-$release
tar -C root -czf large.tar usr
as_before large.tar quick
status 0 embed exe --kernels large.tar -o from-large
status 0 list --json from-large
says out '"uname_version": "#1 SMP Debian 4.9.228-1 (2020-07-05)"'
says out '"build_id": "00112233445566778899aabbccddeeff00112233"'
status 1 trim flow.bpf.o --kernels large.tar --memory 1K -o never.tar
says err "large.tar: usr/lib/debug/boot/vmlinux-$release: "
says err "(--memory)"
if have dpkg-deb; then
	dpkg-deb -Zgzip -b root large-dbg.deb >/dev/null
	as_before large-dbg.deb quick
fi
if have rpmbuild; then
	cat >p.spec <<-END
		%define debug_package %{nil}
		%define __os_install_post %{nil}
		Name: kernel-debuginfo
		Version: 1
		Release: 1
		Summary: none
		License: none
		%description
		%install
		install -D $PWD/large %{buildroot}/usr/lib/debug/lib/modules/$release/vmlinux
		%files
		/usr/lib/debug/lib/modules/$release/vmlinux
	END
	HOME=$PWD rpmbuild -bb --define "_topdir $PWD/rpm" p.spec >log 2>&1 || fail "rpmbuild: $(cat log)"
	cp rpm/RPMS/*/kernel-debuginfo-1-1.*.rpm kernel-debuginfo.rpm
	as_before kernel-debuginfo.rpm quick
fi
cp vmlinux root/usr/lib/debug/boot/vmlinux
tar -C root -czf two.tar usr
status 1 dwarf two.tar -o never.btf
one_line two.tar "several kernels are in it"
status 0 list --kernels two.tar
says out "2 kernels"
gzip -k vmlinux
as_before vmlinux.gz
echo "$forms forms with the same types"

# BTF is taken before DWARF, but by `corebtf dwarf`.
objcopy --add-section .BTF=trimmed.btf vmlinux both
status 0 list --kernels both
says_not out DWARF
status 0 trim flow.bpf.o --kernels both -o again.btf
says_not err DWARF
status 0 dwarf both -o again.btf
same $release.btf again.btf

# What has no DWARF, or not all of it.
refused() { # FILE CAUSE
	status 1 trim flow.bpf.o --kernels "$1" -o never.btf
	one_line "$1" "$2"
	status 1 dwarf "$1" -o never.btf
	one_line "$1" "$2"
	[ ! -e never.btf ] || fail "written"
}
objcopy --strip-all --remove-section .note.gnu.build-id vmlinux naked
refused naked "neither a build-id nor a .gnu_debuglink"
refused kernel.o "it is an object file or a kernel module"
cp kernel.o module.ko
refused module.ko "it is an object file or a kernel module"
status 1 list --kernels module.ko
says err "module.ko: it is an object file or a kernel module"
status 1 dwarf $release.btf -o never.btf
one_line $release.btf "it has no DWARF, as it is no ELF file"
head -c 3000 vmlinux >"cut"
refused "cut" "past the end of the file"
"$CC" -gdwarf-4 -gsplit-dwarf -O1 -ffreestanding -fno-pie -c "$FLOW/dwarf_kernel.c" -o split.o
"${LD:-ld}" -e 0 split.o -o dwo
refused dwo ".dwo"
status 2 dwarf
says err "no VMLINUX given"
status 2 dwarf vmlinux both
says err "one VMLINUX at a time"
