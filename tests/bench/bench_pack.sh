#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures packs beside the .btf.tar.xz and the raw BTFs of the same kernels, in one run.
#
#	bench_pack.sh COREBTF MEASURE CUT_OBJECTS SMALL_OBJECT KERNELS
#
# KERNELS is a tree in BTFHub's layout; the kernels of the machine that has most are taken. Trimming is
# for all objects of Debian's package libbpf-tools where it is installed, on one thread.
set -eu
corebtf=$1 measure=$2 cut_objects=$3 small=$4 kernels=$(cd "$5" && pwd)
runs=${COREBTF_BENCH_RUNS:-7}
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

(cd "$kernels" && find . -name '*.btf.tar.xz') | sort >"$work/all"
machine=$(sed 's|/[^/]*$||; s|.*/||' "$work/all" | sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }')
grep "/$machine/" "$work/all" >"$work/archives"
count=$(wc -l <"$work/archives")
while read -r archive; do
	for tree in xz raw; do
		mkdir -p "$work/$tree/$(dirname "$archive")"
	done
	ln -s "$kernels/$archive" "$work/xz/$archive"
	tar -xJf "$kernels/$archive" -C "$work/raw/$(dirname "$archive")"
done <"$work/archives"

mkdir "$work/objects"
tools=$(dpkg -L libbpf-tools 2>/dev/null | grep '^/usr/sbin/' || :)
# shellcheck disable=SC2086 # a list of paths
[ -z "$tools" ] || "$cut_objects" "$work/objects" $tools >/dev/null
[ -n "$(ls "$work/objects")" ] || cp "$small" "$work/objects"

trim() { # TREE-OR-PACK
	echo "$corebtf" trim --quiet "$work"/objects/* --kernels "$1" -j 1 -o "$work/out.bundle"
}

cat >"$work/scan" <<'EOF'
# What packing needs at least: each archive unpacked, and its types gone through once.
exec "$1" trim --quiet "$2" --kernels "$3" -j 1 -o "$4"
EOF
"$corebtf" pack --quiet "$work/xz" -o "$work/kernels.pack"
size() {
	du -bLc $(find "$@" -type f -o -type l) | awk 'END { print $1 }'
}
packed=$(size "$work/xz") pack=$(size "$work/kernels.pack")
printf '%s kernels of %s: %s bytes as .btf.tar.xz, %s in a pack: %s times smaller\n\n' \
	"$count" "$machine" "$packed" "$pack" "$(awk "BEGIN { printf \"%.1f\", $packed / $pack }")"

printf 'Trimming %s objects for them\n' "$(ls "$work/objects" | wc -l)"
# shellcheck disable=SC2046 # no path has a space
"$measure" "$runs" "from a pack" $(trim "$work/kernels.pack") ::: \
	"from raw BTF" $(trim "$work/raw") ::: \
	"from .btf.tar.xz" $(trim "$work/xz")
printf '\nThe same for the first 1, 10, 20 and all of them\n'
for some in 1 10 20 "$count"; do
	[ "$some" -le "$count" ] || continue
	rm -rf "$work/some"
	head -"$some" "$work/archives" | while read -r archive; do
		mkdir -p "$work/some/$(dirname "$archive")"
		ln -s "$kernels/$archive" "$work/some/$archive"
	done
	"$corebtf" pack --quiet "$work/some" -o "$work/some-$some.pack"
	printf '%s kernels, %s bytes\n' "$some" "$(size "$work/some-$some.pack")"
	# shellcheck disable=SC2046
	"$measure" "$runs" "from a pack" $(trim "$work/some-$some.pack")
done
printf '\nMaking the pack, beside unpacking and going through the types once\n'
"$measure" 1 "unpacked and scanned" sh "$work/scan" "$corebtf" "$small" "$work/xz" "$work/out.bundle" ::: \
	"packed" "$corebtf" pack --quiet "$work/xz" -j 1 -o "$work/again.pack"
printf '\nListing it\n'
"$measure" "$runs" "list" "$corebtf" list "$work/kernels.pack"
