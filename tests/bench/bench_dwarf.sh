#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures reading DWARF beside pahole and bpftool, on the same vmlinux and in one run.
#
#   bench_dwarf.sh COREBTF MEASURE CUT_OBJECTS SMALL_OBJECT VMLINUX
#
# Cases: the full BTF; trimmed for one small object, and for all objects of Debian's package
# libbpf-tools where it is installed. pahole leaves out units of Rust, as the kernel's own build does.
set -eu
. "$(dirname "$0")/../support/hide_btf.sh"
corebtf=$1 measure=$2 cut_objects=$3 small=$4 vmlinux=$5
runs=${COREBTF_BENCH_RUNS:-5}
PATH=$PATH:/usr/sbin:/sbin

for tool in pahole bpftool; do
	command -v $tool >/dev/null || {
		echo "bench: $tool is not installed; ./dev deps all installs it" >&2
		exit 1
	}
done
[ -r "$vmlinux" ] || {
	echo "bench: $vmlinux: it is not there, or may not be read" >&2
	exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# What has BTF needs no DWARF, and so that of this one is hidden.
original=$vmlinux vmlinux=$work/vmlinux
hide_btf "$original" "$vmlinux"
pahole='pahole --btf_gen_floats --lang_exclude=rust'
# As it is done without corebtf: all types first, and then the few that are needed.
cat >"$work/both" <<END
vmlinux=\$1 jobs=\$2
shift 2
$pahole \$jobs --btf_encode_detached=$work/both.btf "\$vmlinux" 2>/dev/null
bpftool gen min_core_btf $work/both.btf $work/both.min "\$@"
END

full() {
	printf '\nThe full BTF\n'
	# shellcheck disable=SC2086 # words
	"$measure" "$runs" "corebtf dwarf" "$corebtf" dwarf --quiet "$vmlinux" -o "$work/ours.btf" ::: \
		"pahole" $pahole --btf_encode_detached="$work/pahole.btf" "$vmlinux" ::: \
		"pahole -j" $pahole -j --btf_encode_detached="$work/pahole.btf" "$vmlinux"
	echo "  $(wc -c <"$work/ours.btf") bytes, pahole's $(wc -c <"$work/pahole.btf")"
}

trimmed() { # NAME OBJECT...
	printf '\nTrimmed: %s\n' "$1"
	shift
	"$measure" "$runs" "corebtf trim" "$corebtf" trim --quiet "$@" --kernels "$vmlinux" -o "$work/ours.min" ::: \
		"pahole, then bpftool" sh "$work/both" "$vmlinux" "" "$@" ::: \
		"pahole -j, then bpftool" sh "$work/both" "$vmlinux" -j "$@"
	echo "  $(wc -c <"$work/ours.min") bytes, bpftool's $(wc -c <"$work/both.min")"
}

echo "$original, $(wc -c <"$vmlinux") bytes, .debug_info of \
$((0x$(readelf -SW "$vmlinux" 2>/dev/null | sed -n 's/.* \.debug_info  *[A-Z]* *[0-9a-f]* [0-9a-f]* \([0-9a-f]*\) .*/\1/p')))"
echo "Medians of $runs rounds; 'cpu x' is the CPU time as a multiple of the first line's."
full
trimmed "one small object" "$small"
mkdir "$work/objects"
tools=$(dpkg -L libbpf-tools 2>/dev/null | grep '^/usr/sbin/.' || :)
if [ -n "$tools" ]; then
	for tool in $tools; do
		[ -h "$tool" ] || echo "$tool"
	done | xargs "$cut_objects" "$work/objects"
	trimmed "all $(find "$work/objects" -name '*.o' | wc -l) objects of libbpf-tools" "$work"/objects/*.o
else
	printf '\nNot measured: the objects of libbpf-tools (apt-get install libbpf-tools).\n'
fi
