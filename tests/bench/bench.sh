#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures trimming beside `bpftool gen min_core_btf`, on the same files and in one run.
#
#   bench.sh COREBTF MEASURE CUT_OBJECTS SMALL_OBJECT KERNELS
#
# KERNELS is a tree in BTFHub's layout. Cases: one small object, and all objects of Debian's
# package libbpf-tools where it is installed; one kernel and all kernels; raw and .tar.xz. With
# COREBTF_BENCH_MANY=N that many .tar.xz more, which are these under made-up names.
set -eu
corebtf=$1 measure=$2 cut_objects=$3 small=$4 kernels=$(cd "$5" && pwd)
runs=${COREBTF_BENCH_RUNS:-7}
PATH=$PATH:/usr/sbin:/sbin

for tool in bpftool xz tar; do
	command -v "$tool" >/dev/null || {
		echo "bench: $tool is not installed; ./dev deps installs it" >&2
		exit 1
	}
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# The same kernels once more, unpacked.
(cd "$kernels" && find . -name '*.btf.tar.xz') | sort >"$work/archives"
while read -r archive; do
	folder=$work/raw/$(dirname "$archive")
	mkdir -p "$folder"
	tar -xJf "$kernels/$archive" -C "$folder"
done <"$work/archives"
find "$work/raw" -name '*.btf' | sort >"$work/btfs"
sed "s|^\.|$kernels|" "$work/archives" >"$work/paths"
count=$(wc -l <"$work/btfs")
[ "$count" -gt 0 ] || {
	echo "bench: $kernels: no .btf.tar.xz in it" >&2
	exit 1
}
# One of middling size for the case of a single kernel.
one=$(xargs ls -S <"$work/btfs" | sed -n "$((count / 2 + 1))p")

# As the usual scripts do it: one process for each kernel.
cat >"$work/loop-raw" <<'EOF'
btfs=$1 out=$2
shift 2
while read -r btf; do
	bpftool gen min_core_btf "$btf" "$out" "$@"
done <"$btfs"
EOF
cat >"$work/loop-xz" <<'EOF'
paths=$1 out=$2
shift 2
while read -r path; do
	xz -dc "$path" | tar -xO >"$out.btf"
	bpftool gen min_core_btf "$out.btf" "$out" "$@"
done <"$paths"
EOF
cat >"$work/only-xz" <<'EOF'
xargs xz -dc <"$1" >/dev/null
EOF
cp "$measure" "$work/executable" # any ELF file: what is embedded into does not matter

embed() {
	tree=$1 jobs=$2
	shift 2
	echo "$corebtf embed $work/executable $* --kernels $tree --jobs $jobs --all-machines --quiet -o $work/out"
}

compare() {
	name=$1
	shift
	printf '\n%s, one kernel, raw (%s, %s bytes)\n' "$name" "$(basename "$one")" "$(wc -c <"$one")"
	"$measure" "$runs" "corebtf trim" "$corebtf" trim --quiet "$@" --kernels "$one" -o "$work/out.btf" ::: \
		"bpftool" bpftool gen min_core_btf "$one" "$work/out2" "$@"

	printf '\n%s, %s kernels, raw\n' "$name" "$count"
	# shellcheck disable=SC2046 # words without spaces: made by mktemp and by us
	"$measure" "$runs" "corebtf, one thread" $(embed "$work/raw" 1 "$@") ::: \
		"corebtf, two threads" $(embed "$work/raw" 2 "$@") ::: \
		"bpftool, one after the other" sh "$work/loop-raw" "$work/btfs" "$work/out2" "$@"

	printf '\n%s, %s kernels, .tar.xz\n' "$name" "$count"
	# shellcheck disable=SC2046
	"$measure" "$runs" "corebtf, one thread" $(embed "$kernels" 1 "$@") ::: \
		"corebtf, two threads" $(embed "$kernels" 2 "$@") ::: \
		"xz -dc alone" sh "$work/only-xz" "$work/paths" ::: \
		"xz, tar and bpftool" sh "$work/loop-xz" "$work/paths" "$work/out2" "$@"
}

# many N OBJECT...: does the memory stay within bounds, and what is there beside unpacking?
many() {
	wanted=$1 made=0
	shift
	while [ $made -lt "$wanted" ]; do
		while [ $made -lt "$wanted" ] && read -r archive; do
			made=$((made + 1))
			mkdir -p "$work/many/$(dirname "$archive")"
			ln -s "$kernels/$archive" "$work/many/${archive%.btf.tar.xz}.$made.btf.tar.xz"
		done <"$work/archives"
	done
	find "$work/many" -name '*.btf.tar.xz' >"$work/many-paths"
	printf '\nOne small object, %s kernels, .tar.xz\n' "$made"
	# shellcheck disable=SC2046
	"$measure" 1 "xz -dc alone" sh "$work/only-xz" "$work/many-paths" ::: \
		"corebtf, one thread" $(embed "$work/many" 1 "$@") ::: \
		"corebtf, two threads" $(embed "$work/many" 2 "$@") ::: \
		"corebtf, eight threads" $(embed "$work/many" 8 "$@") ::: \
		"the same, --memory 64M" $(embed "$work/many" 8 "$@") --memory 64M
}

echo "Medians of $runs rounds; 'cpu x' is the CPU time as a multiple of the first line's."
compare "One small object" "$small"
[ -z "${COREBTF_BENCH_MANY:-}" ] || many "$COREBTF_BENCH_MANY" "$small"
mkdir "$work/objects"
tools=$(dpkg -L libbpf-tools 2>/dev/null | grep '^/usr/sbin/.' || :)
if [ -n "$tools" ]; then
	for tool in $tools; do
		[ -h "$tool" ] || echo "$tool"
	done | xargs "$cut_objects" "$work/objects"
	compare "All $(find "$work/objects" -name '*.o' | wc -l) objects of libbpf-tools" \
		"$work"/objects/*.o
else
	printf '\nNot measured: the objects of libbpf-tools (apt-get install libbpf-tools).\n'
fi
