# SPDX-License-Identifier: MIT
# Programs in the style of bcc and of bpf-compatible, linked with libcorebtf and with tars made as
# theirs are, run with the kernel's BTF hidden. bpftool trims; the embedder is only used for the
# section.
. "$FLOW/lib.sh"

[ "$(id -u)" = 0 ] || skip "needs root"
[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF to put into a tar"
needs bpftool ld

# An empty folder where the kernel's BTF was, in a mount namespace of its own.
hidden() {
	unshare -m --propagation private sh -eu -c '
		mount -t tmpfs none /sys/kernel/btf
		exec "$@"' sh "$@"
}
hidden true 2>/dev/null || skip "this root may not hide the kernel's BTF in a mount namespace"

id=$(. /etc/os-release && echo "$ID")
version=$(. /etc/os-release && echo "${VERSION_ID:-none}")
place=$id/$version/$(uname -m)
release=$(uname -r)

# As bcc's Makefile.btfgen does, with this kernel and another one.
tree() { # ROOT RELEASE
	mkdir -p "$1/$place" "$1/debian/10/x86_64"
	bpftool gen min_core_btf /sys/kernel/btf/vmlinux "$1/$place/$2.btf" "$OBJECT"
	cp "$1/$place/$2.btf" "$1/debian/10/x86_64/4.19.0-0-amd64.btf"
}
tree min_core_btfs "$release"
tree cache/btfhub-archive "$release"
tree other 0.0.0-other

# The object that ld makes has no word on its stack, about which newer linkers warn.
quiet_stack=-Wl,-z,noexecstack

# link OUT PROGRAM.o LIBRARY-FLAG... -- links with min_core_btfs.tar.gz when it is there.
link() {
	out=$1
	program=$2
	shift 2
	rm -f min_core_btf_tar.o
	if [ -f min_core_btfs.tar.gz ]; then
		ld -r -b binary min_core_btfs.tar.gz -o min_core_btf_tar.o
		"$CC" $LINK_FLAGS $quiet_stack "$program" min_core_btf_tar.o "$@" -o "$out"
	else
		"$CC" $LINK_FLAGS $quiet_stack "$program" "$@" -o "$out"
	fi
}
static="$STATIC -lbpf -lelf -lz -llzma -pthread"
shared="$SHARED -Wl,-rpath,$(dirname "$SHARED") -lbpf"

# works WHAT COMMAND...: with a BTF that was embedded
works() {
	what=$1
	shift
	hidden "$@" >out 2>err || fail "$what: it did not work"
	says err "BTF: embedded"
}

# fails WHAT REASON COMMAND...
fails() {
	what=$1
	reason=$2
	shift 2
	! hidden "$@" >out 2>err || fail "$what: it worked"
	says err "failed to fetch necessary BTF for CO-RE: $reason"
}

# Without a tar: nothing is embedded, and with the kernel's BTF nothing is needed.
rm -f min_core_btfs.tar.gz
for library in "$static" "$shared"; do
	for program in "$BCC_STYLE" "$COMPATIBLE_STYLE"; do
		link tool "$program" $library
		fails "no tar" "Operation not supported" ./tool
		./tool >out 2>err || fail "no tar: it did not work with the kernel's own BTF"
		says err "BTF: the kernel's own"
	done
done

# Their tars, as they make them; with any packer behind the one name.
for packer in --gzip --xz ''; do
	for library in "$static" "$shared"; do
		tar -c $packer -f min_core_btfs.tar.gz -C min_core_btfs/ .
		link tool "$BCC_STYLE" $library
		works "bcc $packer" ./tool
		./tool >out 2>err || fail "bcc: it did not work with the kernel's own BTF"
		says err "BTF: the kernel's own"

		tar -c $packer -f min_core_btfs.tar.gz -C cache .
		link tool "$COMPATIBLE_STYLE" $library
		works "bpf-compatible $packer" ./tool
		link tool "$BCC_STYLE" $library
		works "bpf-compatible's tar in bcc's program $packer" ./tool
	done
	rm min_core_btfs.tar.gz
	tar -c $packer -f a.tar -C cache .
	link tool "$COMPATIBLE_STYLE" $static
	works "a tar in memory $packer" ./tool a.tar
done

# A link to another release's BTF, as in tars that store equal ones once.
mkdir -p links/a/1/x
cp "min_core_btfs/$place/$release.btf" links/a/1/x/first.btf
mkdir -p "links/$place"
ln links/a/1/x/first.btf "links/$place/$release.btf"
tar -c --gzip --sort=name -f min_core_btfs.tar.gz -C links .
link tool "$BCC_STYLE" $static
works "a hard link" ./tool

# What corebtf convert makes of a program's BTFs.
rm min_core_btfs.tar.gz
link carrier "$BCC_STYLE" $static
corebtf embed carrier --kernels-with-btf --kernels /sys/kernel/btf/vmlinux "$KERNELS" --all-machines || fail "embed"
for layout in bcc bpf-compatible; do
	for ending in tar.gz tar.xz tar; do
		corebtf convert carrier -o exported.$ending --layout $layout || fail "export"
		mv exported.$ending min_core_btfs.tar.gz
		for library in "$static" "$shared"; do
			link tool "$BCC_STYLE" $library
			works "export --layout $layout, $ending, bcc's program" ./tool
			link tool "$COMPATIBLE_STYLE" $library
			works "export --layout $layout, $ending, bpf-compatible's program" ./tool
		done
	done
done

# No BTF for this kernel, and none that can be read.
tar -c --gzip -f min_core_btfs.tar.gz -C other .
link tool "$BCC_STYLE" $static
fails "another kernel" "No such file or directory" ./tool
head -c 300 min_core_btfs.tar.gz >cut.tar.gz
mv cut.tar.gz min_core_btfs.tar.gz
link broken "$BCC_STYLE" $static
fails "cut off" "Bad message" ./broken

# The section comes first: the damaged tar is not read. For a kernel that the section lacks the tar
# is asked.
corebtf embed broken --kernels-with-btf --kernels /sys/kernel/btf/vmlinux -o both || fail "embed"
works "section before tar" ./both
rm min_core_btfs.tar.gz
link tool "$COMPATIBLE_STYLE" $static
corebtf embed tool --kernels-with-btf --kernels /sys/kernel/btf/vmlinux -o both || fail "embed"
works "a section in bpf-compatible's program" ./both
tar -c --gzip -f min_core_btfs.tar.gz -C min_core_btfs .
link tool "$BCC_STYLE" $static
corebtf embed tool --kernels "$KERNELS" -o both --all-machines || fail "embed"
works "tar after section" ./both
corebtf remove both -o section-removed || fail "remove"
works "tar alone" ./section-removed

# A forced BTF comes before all others.
COREBTF_BTF=$scratch/min_core_btfs/$place/$release.btf works "forced" ./broken
