# SPDX-License-Identifier: MIT
# Debian's kernels: packages downloaded with apt and given to the command. The expected contents
# come from binutils and the packing tools, at the offsets of the kernel's documentation. Cloud
# kernels are the smallest; 12's are packed with lz4 on amd64 and not at all on arm64.
. "$FLOW/lib.sh"
. "$FLOW/archive_lib.sh"

for tool in apt-get apt-cache dpkg-deb objcopy readelf od; do
	have $tool || skip "no $tool"
done
make_object probe.bpf.o
make_program program probe.bpf.o

# apt with its own lists: for any machine, and without the right to change those of the system.
private_apt() { # ARCHITECTURE TOOL ARGUMENT...
	architecture=$1
	tool=$2
	shift 2
	apt=$scratch/apt-$architecture
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
	: >"$apt/status"
	"$tool" -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" \
		-o "Dir::State=$apt/state" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache" \
		-o Acquire::Retries=1 -o Acquire::http::Timeout=30 -o APT::Sandbox::User= "$@"
}

# fetch ARCHITECTURE: the package in the file ARCHITECTURE.deb, its kernel in ARCHITECTURE.vmlinuz.
fetch() {
	private_apt "$1" apt-get -qq update >apt.log 2>&1 || {
		cat apt.log
		skip "apt reaches no archive"
	}
	package=$(private_apt "$1" apt-cache depends "linux-image-cloud-$1" 2>/dev/null |
		sed -n 's/^ *Depends: *//p' | head -n 1)
	[ -n "$package" ] || skip "this archive has no linux-image-cloud-$1"
	mkdir "deb-$1"
	(cd "deb-$1" && private_apt "$1" apt-get -qq download "$package") >apt.log 2>&1 || {
		cat apt.log
		skip "apt cannot fetch $package"
	}
	mv "deb-$1"/*.deb "$1.deb"
	dpkg-deb --fsys-tarfile "$1.deb" | tar -x --wildcards './boot/vmlinuz-*'
	mv boot/vmlinuz-* "$1.vmlinuz"
	release=${package#linux-image-}
	version=$(dpkg-deb -f "$1.deb" Version)
	echo "$package $version"
}

number() { # FILE OFFSET SIZE
	od -An -v "-tu$3" "-j$2" "-N$3" "$1" | tr -d ' '
}

# These fields as in the kernel's Documentation/arch/x86/boot.rst. The last four bytes of the
# payload are the size of what it unpacks to.
unpack_bzimage() { # FILE OUT
	start=$((($(number "$1" 497 1) + 1) * 512 + $(number "$1" 584 4)))
	length=$(($(number "$1" 588 4) - 4))
	tail -c +$((start + 1)) "$1" | head -c $length >payload
	case $(od -An -tx1 -N4 payload | tr -d ' ') in
	02214c18) packer=lz4 ;;
	28b52ffd) packer=zstd ;;
	fd377a58) packer=xz ;;
	*) fail "$1: packed with something else" ;;
	esac
	have $packer || skip "no $packer"
	$packer -dc <payload >"$2"
	[ "$(wc -c <"$2")" -eq "$(number "$1" $((start + length)) 4)" ] || fail "$packer: not all of it"
}

little_endian() { # NUMBER: as a u32
	printf "$(printf '\\%03o\\%03o\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) \
		$(($1 >> 24 & 255)))"
}

# pack PACKING FILE: as the kernel's build does it (scripts/Makefile.lib), quickly.
pack() {
	case $1 in
	gzip) gzip -n1 ;;
	xz) xz --check=crc32 --x86 --lzma2=preset=0 ;;
	lzma) xz --format=lzma -0 ;;
	bzip2) bzip2 -1 ;;
	zstd) zstd -q1 ;;
	lz4) lz4 -q -l1 ;;
	esac <"$2"
	[ $1 = gzip ] || little_endian "$(wc -c <"$2")"
}

# packings: those whose tool is here.
packings() {
	for packing in gzip xz lzma bzip2 zstd lz4; do
		tool=$packing
		[ $packing != lzma ] || tool=xz
		if have $tool; then
			echo $packing
		else
			echo "no $tool: its packing is left out" >&3
		fi
	done
}
exec 3>&1

# read_kernel FILE RELEASE MACHINE: the facts in the file facts, the BTF in the file btf.
read_kernel() {
	"$READ_KERNEL" "$1" btf >facts 2>err || fail "$1 is not read"
	read -r found_release found_machine found_build_id found_version <facts
	[ "$found_release" = "$2" ] || fail "$1: release $found_release, not $2"
	[ "$found_machine" = "$3" ] || fail "$1: machine $found_machine, not $3"
	case $found_version in
	'#'[1-9]*" Debian $version ("*')') ;;
	*) fail "$1: uname -v '$found_version', of Debian's $version" ;;
	esac
}

# The file btf into an archive like BTFHub's.
archive_kernel() {
	mkdir -p "archive/debian/12/$found_machine"
	cp btf "$release.btf"
	tar -cJf "archive/debian/12/$found_machine/$release.btf.tar.xz" "$release.btf"
	rm "$release.btf"
}

bpftool_reads() { # BTF
	bpftool=$(command -v bpftool || ls /usr/sbin/bpftool 2>/dev/null || :)
	[ -z "$bpftool" ] || "$bpftool" btf dump file "$1" >dump || fail "bpftool refuses the BTF"
	[ -z "$bpftool" ] || says dump "STRUCT 'task_struct'"
}

# --- x86_64: the ELF file in the image says what is in it
fetch amd64
unpack_bzimage amd64.vmlinuz vmlinux
objcopy --dump-section .BTF=judge.btf vmlinux /dev/null
bpftool_reads judge.btf
read_kernel amd64.vmlinuz "$release" x86_64
same btf judge.btf
archive_kernel
readelf -n vmlinux >notes 2>/dev/null
says notes "Build ID: $found_build_id"
same_build_id=$found_build_id
read_kernel vmlinux "$release" x86_64
same btf judge.btf
[ "$found_build_id" = "$same_build_id" ] || fail "the ELF file says another build-id than the image"

# The same kernel, packed in each other way after the same setup code.
head -c $start amd64.vmlinuz >setup
for packing in $(packings); do
	pack $packing vmlinux >payload
	little_endian "$(wc -c <payload)" | dd of=setup bs=1 seek=588 conv=notrunc 2>/dev/null
	cat setup payload vmlinux >repacked
	read_kernel repacked "$release" x86_64
	same btf judge.btf
done
rm setup payload repacked

status 0 list --kernels amd64.deb
grep -qE "^debian +[^ ]+ +x86_64 +$(printf %s "$release" | sed 's/[.+]/\\&/g') " out ||
	fail "not in the list"
status 0 embed program --kernels-with-btf --kernels amd64.deb -o with
says err "1 kernel"
./with || fail "the program does not run any more"
status 0 list with --json
says out "\"$release\""
says out "$found_build_id"
says out "$found_version"
# The embedded BTF is equal to trimming the BTF that objcopy extracted.
status 0 trim probe.bpf.o --kernels judge.btf -o expected.btf
status 0 lookup with --release "$release" --machine x86_64 --build-id "$found_build_id" -o chosen.btf
same chosen.btf expected.btf
status 0 trim probe.bpf.o --kernels amd64.vmlinuz -o trimmed.btf
same trimmed.btf expected.btf

# Both forms in one run are one kernel of one build.
status 0 embed program --kernels-with-btf --kernels amd64.deb vmlinux -o twice
status 0 list twice
[ "$(grep -c "$release" out)" -eq 1 ] || fail "one kernel twice"

# --- arm64: the kernel as it lies in memory; its BTF is where grep finds its header
fetch arm64
read_kernel arm64.vmlinuz "$release" arm64
case $found_build_id in
????????????????????????????????????????) ;;
*) fail "no build-id" ;;
esac
largest=0
for offset in $(grep -obUaP '\x9f\xeb\x01\x00\x18\x00\x00\x00' arm64.vmlinuz | cut -d: -f1); do
	size=$((24 + $(number arm64.vmlinuz $((offset + 16)) 4) + $(number arm64.vmlinuz $((offset + 20)) 4)))
	[ $size -le $largest ] || {
		largest=$size
		tail -c +$((offset + 1)) arm64.vmlinuz | head -c $size >judge.btf
	}
done
same btf judge.btf
archive_kernel
bpftool_reads btf

# The same as an EFI zboot image, whose payload says its size only with gzip.
for packing in $(packings); do
	pack $packing arm64.vmlinuz >payload
	length=$(wc -c <payload)
	[ $packing = gzip ] || length=$((length - 4))
	{
		printf 'MZ\000\000zimg'
		little_endian 64
		little_endian "$length"
		head -c 8 /dev/zero
		printf %s $packing
		head -c $((64 - 24 - ${#packing})) /dev/zero
		cat payload arm64.vmlinuz
	} >zboot
	read_kernel zboot "$release" arm64
	same btf judge.btf
done
rm payload zboot
gzip -n1 <arm64.vmlinuz >Image.gz
read_kernel Image.gz "$release" arm64
same btf judge.btf

status 0 list --kernels arm64.deb
grep -qE "^debian +[^ ]+ +arm64 +$(printf %s "$release" | sed 's/[.+]/\\&/g') " out ||
	fail "not in the list"
status 0 embed program --kernels-with-btf --kernels amd64.deb arm64.deb --all-machines -o both
status 0 list both
says out "$release"

# --- an archive that is made of these packages works like one of BTFHub's
through archive 2
