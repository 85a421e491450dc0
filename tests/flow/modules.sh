# SPDX-License-Identifier: MIT
# --modules: types that a kernel lacks come from its modules, in packages and in a tree like
# /lib/modules; nothing is opened for an object that needs none. Made by gcc and pahole.
. "$FLOW/lib.sh"
needs clang pahole dpkg-deb xz gzip python3
release=5.15.0-test
tree=root/lib/modules/$release/kernel

# --- a kernel and its modules ---------------------------------------------------------------------
cat >kernel.h <<'END'
struct in_kernel { long pad; int value; };
struct shared { long a; int kernels; };
enum state { IDLE, BUSY };
END
cat >kernel.c <<'END'
#include "kernel.h"
const char banner[] = "Linux version 5.15.0-test (debian-kernel@lists.debian.org) (gcc version 6.3.0) "
	"#1 SMP Debian 5.15.0-1 (2021-07-05)\n";
struct in_kernel a;
struct shared b;
enum state c;
void *kernel[] = {(void *)banner, &a, &b, &c};
END
# kernel_elf FILE FLAG...
kernel_elf() {
	kernel_file=$1
	shift
	"$CC" -O1 -g -fno-pie -ffreestanding "$@" -c kernel.c -o kernel.o
	"${LD:-ld}" -e 0 --build-id=0x00112233445566778899aabbccddeeff00112233 kernel.o -o "$kernel_file"
	pahole -J "$kernel_file"
	objcopy --strip-debug "$kernel_file"
}
# module NAME [RELEASE]: the module in NAME.c, split from ./vmlinux.
module() {
	{
		printf '#include "kernel.h"\n'
		printf 'static const char magic[] __attribute__((section(".modinfo"), used)) = '
		printf '"vermagic=%s SMP mod_unload ";\n' "${2:-$release}"
		cat "$1.c"
	} >module.c
	"$CC" -O1 -g -fno-pie -ffreestanding -c module.c -o "$1.ko"
	pahole -J --btf_base=vmlinux "$1.ko"
	objcopy --strip-debug "$1.ko"
}
kernel_elf vmlinux
# A part of it is called as a type of the kernel, and is another.
cat >net.c <<'END'
struct net_part { char pad[6]; short deep; };
struct net_entry { int pad[5]; struct in_kernel *kernel; struct net_part part; enum { OFF = 7 } mode; };
struct net_entry net_entry;
END
cat >fs.c <<'END'
struct fs_inode { char pad[24]; struct in_kernel inner; int number; };
struct both { char pad[4]; int field; };
struct fs_inode fs_inode;
struct both both_of_fs;
END
cat >gfx.c <<'END'
struct both { char pad[12]; int field; };
struct same_in_gfx { int x; };
struct both both_of_gfx;
struct same_in_gfx same_in_gfx;
END
# A type of the kernel's name inside of one that the kernel lacks. kernel.h is left out, as its
# "shared" is another.
cat >clash.c <<'END'
struct shared { char c[32]; int kernels; };
struct clash { int pad; struct shared inner; };
struct clash clash;
END
for name in net fs gfx; do
	module $name
done
mv kernel.h kernel.h.old
: >kernel.h
module clash
mv kernel.h.old kernel.h
pahole -F btf --btf_base=vmlinux clash.ko 2>/dev/null | grep -q 'struct shared {' ||
	skip "pahole merges types that differ"

mkdir -p root/boot $tree/net $tree/fs $tree/gpu
cp vmlinux root/boot/vmlinux-$release
xz -k --stdout net.ko >$tree/net/net.ko.xz
gzip --stdout fs.ko >$tree/fs/fs.ko.gz
cp gfx.ko $tree/gpu/gfx.ko
cp clash.ko $tree/clash.ko

# --- objects --------------------------------------------------------------------------------------
# object NAME 'STRUCTS' 'EXPRESSION'
object() {
	cat >"$1.c" <<END
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
$2
#pragma clang attribute pop
__attribute__((section("raw_tp/x"), used)) int probe(void *p)
{
	return $3;
}
END
	clang -target bpf -g -O2 -c "$1.c" -o "$1.bpf.o"
}
object plain 'struct in_kernel { int value; };' '((struct in_kernel *)p)->value'
object net 'struct net_part { short deep; }; struct net_entry { struct net_part part; };' \
	'((struct net_entry *)p)->part.deep'
object fs 'struct in_kernel { int value; }; struct fs_inode { struct in_kernel inner; };' \
	'((struct fs_inode *)p)->inner.value'
object both 'struct both { int field; };' '((struct both *)p)->field'
object clash 'struct shared { int kernels; }; struct clash { struct shared inner; };' \
	'((struct clash *)p)->inner.kernels + ((struct shared *)p)->kernels'
object nowhere 'struct nowhere { int x; };' '__builtin_preserve_type_info(*(struct nowhere *)0, 0)'

# offsets FILE: what a relocation finds, in two ways.
member() { # BTF STRUCT MEMBER OFFSET
	bpftool btf dump file "$1" >dump
	awk -v s="'$2'" -v m="'$3'" -v o="bits_offset=$4" '
		/^\[/ { inside = $3 == s }
		inside && $1 == m && $0 ~ o "( |$)" { found = 1 }
		END { exit !found }' dump || fail "$1: no member $2.$3 at $4"
}
needs bpftool

# --- a tree ---------------------------------------------------------------------------------------
kernel=root/boot/vmlinux-$release
status 0 trim net.bpf.o --kernels $kernel -o net.btf -v
says err "types of modules: net (net_entry)"
member net.btf net_part deep 48
member net.btf net_entry part 256
status 0 trim fs.bpf.o --kernels $kernel -o fs.btf -v
says err "types of modules: fs (fs_inode)"
member fs.btf fs_inode inner 192
member fs.btf in_kernel value 64
status 0 trim net.bpf.o fs.bpf.o --kernels $kernel -o all.bundle -v
says err "types of modules: fs (fs_inode), net (net_entry)"
status 0 trim net.bpf.o fs.bpf.o --kernels $kernel -o two.btf
member two.btf net_part deep 48
member two.btf net_entry part 256
member two.btf fs_inode inner 192
member two.btf in_kernel value 64
# Nothing is opened where nothing is lacking.
if have strace; then
	# LeakSanitizer does not work under strace.
	ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=openat -o trace "$COREBTF" trim plain.bpf.o --kernels $kernel -o plain.btf
	says_not trace ".ko"
fi
# none, and names.
status 0 trim net.bpf.o --kernels $kernel -o none.btf --modules none -v
says_not err "types of modules"
says err "not resolved"
status 0 trim net.bpf.o fs.bpf.o --kernels $kernel -o some.bundle --modules fs,gfx -v
says err "types of modules: fs (fs_inode)"
says_not err "net (net_entry)"
status 0 trim net.bpf.o fs.bpf.o --kernels $kernel -o some.bundle --modules nett
says err "1 kernel lacks types that the objects ask for, and has none of the modules that --modules names"
status 0 trim nowhere.bpf.o --kernels $kernel -o nowhere.btf -v
says_not err "types of modules"
for value in '' , 'a b' 'a,b/c' '../x'; do
	status 2 trim net.bpf.o --kernels $kernel -o net2.btf --modules "$value"
	says err "--modules"
done

# Two modules with different types of one name: with both loaded libbpf refuses the relocation.
status 0 trim both.bpf.o --kernels $kernel -o both.btf -v
says err "types of modules: fs (both), gfx (both)"
says err "2 of 2 types of that name match and disagree; libbpf refuses the object"
status 0 trim both.bpf.o --kernels $kernel -o both.btf --modules gfx
member both.btf both field 96
status 0 trim both.bpf.o --kernels $kernel -o both.btf --modules fs
member both.btf both field 32

# A part that is called as a type of the kernel: there, without its name, so that libbpf takes the
# kernel's for that name.
status 0 trim clash.bpf.o --kernels $kernel -o clash.btf -v
says err "types of modules: clash (clash)"
says_not err "not resolved"
member clash.btf shared kernels 64
grep -q "STRUCT '(anon)' size=36" dump || fail "the module's type has a name, or is not there"

# --- the same in packages -------------------------------------------------------------------------
mkdir -p deb/DEBIAN deb/boot deb/lib/modules mods/DEBIAN mods/usr/lib
printf 'Package: %s\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: x\n' \
	linux-image >deb/DEBIAN/control
sed 's/linux-image/linux-modules/' deb/DEBIAN/control >mods/DEBIAN/control
cp vmlinux deb/boot/vmlinux-$release
cp -r root/lib/modules mods/usr/lib/
dpkg-deb -Zxz -b deb linux-image-${release}_1_all.deb >/dev/null
dpkg-deb -Zxz -b mods linux-modules-${release}_1_all.deb >/dev/null
cp -r root/lib/modules/$release deb/lib/modules/
dpkg-deb -Zxz -b deb whole.deb >/dev/null
status 0 trim net.bpf.o --kernels whole.deb -o from-deb.btf
same net.btf from-deb.btf
status 0 trim net.bpf.o --kernels linux-image-${release}_1_all.deb -o from-image.btf -v
says_not err "types of modules"
mkdir packages
mv linux-*.deb packages/
status 0 trim net.bpf.o --kernels packages -o from-two.btf
same net.btf from-two.btf
for jobs in 1 3; do
	status 0 trim net.bpf.o fs.bpf.o --kernels packages whole.deb $kernel -o jobs$jobs.bundle -j $jobs
done
same jobs1.bundle jobs3.bundle
# A package of modules that is named itself is no error.
status 0 trim net.bpf.o --kernels packages/linux-image* packages/linux-modules* -o from-named.btf
same net.btf from-named.btf

# --- the other commands ---------------------------------------------------------------------------
make_program exe net.bpf.o
status 0 embed exe --kernels whole.deb -o embedded -v
says err "types of modules: net (net_entry)"
machine=$("$COREBTF" list --json --kernels whole.deb | sed -n 's/.*"machine": "\([^"]*\)".*/\1/p')
status 0 lookup embedded --release $release --machine "$machine" -o looked-up.btf
same net.btf looked-up.btf
status 0 verify embedded --kernels whole.deb
status 0 verify embedded --kernels $kernel
status 1 verify embedded --kernels whole.deb --modules none
says err "trimmed BTF"
status 0 report net.bpf.o --kernels $kernel -v
says err "types of modules: net (net_entry)"
status 0 report net.bpf.o --kernels $kernel --modules none
says out "breaks"

# --- what does not fit ----------------------------------------------------------------------------
# For another release; for another build of this one; damaged. The others are used.
bad=$PWD/root/lib/modules/$release/extra
mkdir $bad
module net 5.14.0
cp net.ko $bad/older.ko
status 1 trim net.bpf.o --kernels $kernel -o with-bad.btf
says err "$bad/older.ko: it is a module for kernel 5.14.0, not $release"
says err "1 kernel module could not be used and was left out"
same net.btf with-bad.btf
rm $bad/older.ko
kernel_elf vmlinux
cp vmlinux right
sed -i 's/^struct in_kernel/struct one_more { long long x; };\nstruct one_more d;\nstruct in_kernel/' kernel.c
sed -i 's/struct in_kernel a;/struct in_kernel a; struct before { struct in_kernel *k; long z; } z; struct before *zz;/' kernel.c
kernel_elf vmlinux
cat >net_entry2.c <<'END'
struct net_other { int pad[5]; struct in_kernel *kernel; };
struct net_other net_other;
static int helper(struct in_kernel *k, struct shared *s) { return k->value + s->kernels; }
int (*use)(struct in_kernel *, struct shared *) = helper;
END
module net_entry2
cp net_entry2.ko $bad/built_elsewhere.ko
object other 'struct net_other { void *kernel; };' '((struct net_other *)p)->kernel != 0'
status 1 trim other.bpf.o --kernels $kernel -o other.btf
says err "$bad/built_elsewhere.ko: its BTF does not continue this kernel's"
rm $bad/built_elsewhere.ko
printf '\177ELF' >$bad/cut.ko
printf '\3757zXZ\0damaged' >$bad/packed.ko.xz
: >$bad/empty.ko
status 1 trim net.bpf.o --kernels $kernel -o with-bad.btf
says err "$bad/cut.ko: "
says err "$bad/packed.ko.xz: "
says err "3 kernel modules could not be used and were left out"
same net.btf with-bad.btf
rm -r $bad
# A bomb takes no more memory than --memory.
mkdir $bad
python3 -c 'import sys; sys.stdout.buffer.write(b"\177ELF" + bytes(64 << 20))' | xz -0 >$bad/bomb.ko.xz
status 1 trim net.bpf.o --kernels $kernel -o with-bad.btf --memory 48M
says err "$bad/bomb.ko.xz: "
same net.btf with-bad.btf
