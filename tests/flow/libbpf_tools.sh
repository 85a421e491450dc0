# SPDX-License-Identifier: MIT
# Every executable of Debian's package libbpf-tools, with the BPF object that is inside: embed for
# all kernels, verify, and for each x86_64 kernel let libbpf relocate on the BTF that lookup gives.
. "$FLOW/lib.sh"
needs bpftool
[ "$(uname -m)" = x86_64 ] || skip "the executables are for another machine"
tools=$(dpkg -L libbpf-tools 2>/dev/null | grep '^/usr/sbin/.' || :)
[ "$tools" ] || skip "libbpf-tools is not installed"
[ -d "$SHARED_KERNELS" ] && KERNELS=$SHARED_KERNELS

# Unpacked once; another test reads the archives.
(cd "$KERNELS" && find . -name '*.btf.tar.xz') | while read -r archive; do
	mkdir -p "raw/$(dirname "$archive")"
	tar -xJf "$KERNELS/$archive" -C "raw/$(dirname "$archive")"
done
find raw -path '*/x86_64/*' -name '*.btf' | sort >x86_64
count=$(wc -l <x86_64)
[ "$count" -ge 3 ] || fail "only $count kernels"

checked=0
for tool in $tools; do
	[ -h "$tool" ] && continue
	cp "$tool" exe
	status 0 embed exe --kernels raw
	[ "$(grep -c 'found BPF object' err)" -eq 1 ] || fail "$tool: not one object"
	status 0 verify exe --kernels raw
	says err "the same answers on $count kernels"
	"$CUT_OBJECTS" . exe
	while read -r btf; do
		release=$(basename "$btf" .btf)
		status 0 lookup exe --release "$release" --machine x86_64 -o found.btf
		bpftool gen min_core_btf found.btf /dev/null exe.o >out 2>err ||
			fail "$tool: libbpf does not relocate on the BTF for $release"
	done <x86_64
	checked=$((checked + 1))
done
echo "$checked executables, $count kernels each"
[ "$checked" -ge 50 ] || fail "too few executables"
