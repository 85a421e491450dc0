#!/bin/sh
# SPDX-License-Identifier: MIT
# libbpf_tools.sh LIBBPF_JUDGE ROUNDS KERNELS...
# libbpf_tools.sh LIBBPF_JUDGE bpftool FOLDER BPFTOOL_JUDGE BPFTOOL COREBTF BTF_PAYLOAD KERNELS...
#
# The BPF objects inside the executables of Debian's package libbpf-tools, judged by libbpf or by
# bpftool. Exit status 77 when the package is not installed. KERNELS that are not there are left out.
. "$(dirname "$0")/../support/lib.sh"
judge=$1 how=$2
shift 2

executables=$(dpkg -L libbpf-tools 2>/dev/null | grep '/s\?bin/.' | while read -r file; do
	[ -L "$file" ] || echo "$file"
done) || :
[ "$executables" ] || skip "libbpf-tools is not installed"

if [ "$how" != bpftool ]; then
	for kernels; do
		shift
		[ ! -e "$kernels" ] || set -- "$@" "$kernels"
	done
	# No file of the package has a space in its name.
	exec "$judge" --rounds "$how" --objects $executables --kernels "$@"
fi

folder=$1 bpftool_judge=$2 bpftool=$3 corebtf=$4 payload=$5
shift 5
rm -rf "$folder"
"$judge" --write "$folder" --objects $executables --kernels "$@"
exec "$bpftool_judge" "$bpftool" "$corebtf" "$payload" "$folder/work" -- "$folder"/*.btf -- "$folder"/*.bpf.o
