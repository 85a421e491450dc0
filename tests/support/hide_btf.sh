# SPDX-License-Identifier: MIT
# For scripts that source it.
# shellcheck shell=sh

# hide_btf VMLINUX OUT: a copy in which the section .BTF has another name, so that its DWARF is read.
hide_btf() {
	names=$(readelf -SW "$1" 2>/dev/null |
		sed -n 's/.* \.shstrtab  *STRTAB *[0-9a-f]* \([0-9a-f]*\) \([0-9a-f]*\) .*/\1 \2/p')
	name=$(tail -c +$((0x${names% *} + 1)) "$1" | head -c $((0x${names#* })) |
		LC_ALL=C grep -obUaP '\x00\.BTF\x00' | head -n 1 | cut -d: -f1)
	cp "$1" "$2"
	[ -z "$name" ] || printf _ | dd of="$2" bs=1 seek=$((0x${names% *} + name + 1)) conv=notrunc status=none
}
