#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures packs beside the .btf.tar.xz and the raw BTFs of the same kernels, in one run.
#
#	bench_pack.sh COREBTF MEASURE CUT_OBJECTS MAKE_NEIGHBOURS SMALL_OBJECT KERNELS
#
# KERNELS is a tree in BTFHub's layout, or a pack, whose kernels are written out first; those of the
# machine that has most are taken. Trimming is for all objects of Debian's package libbpf-tools where it
# is installed, on one thread. COREBTF_BENCH_NEIGHBOURS="1000 10000": for how many made-up kernels
# (make_neighbours.c) as well; 10,000 take minutes to make.
set -eu
corebtf=$1 measure=$2 cut_objects=$3 make_neighbours=$4 small=$5 kernels=$(realpath -e -- "$6")
runs=${COREBTF_BENCH_RUNS:-7}
neighbours=${COREBTF_BENCH_NEIGHBOURS:-100 1000}
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

if [ -f "$kernels" ]; then
	"$corebtf" convert --quiet --compress xz "$kernels" "$work/tree/"
	kernels=$work/tree
fi
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

trim() { # TREE-OR-PACK [OPTION...]
	echo "$corebtf" trim --quiet "$work"/objects/* --kernels "$@" -j 1 -o "$work/out.bundle"
}
size() {
	du -bLc $(find "$@" -type f -o -type l) | awk 'END { print $1 }'
}

# The kernels of a pack, beside one of them: what a kernel costs once the pack was read. Trimmed from it
# must be the same as from the raw BTFs.
curve() { # NAME COUNT PACK
	"$corebtf" list "$3" --json >"$work/list" # the first release of the pack
	first=$(sed -n 's/.*"release": *"\([^"]*\)".*/\1/p' "$work/list" | head -1)
	# shellcheck disable=SC2046
	"$measure" "$runs" all $(trim "$3") ::: one $(trim "$3" --select "release=$first") |
		awk -v name="$1" -v count="$2" -v size="$(size "$3")" '
			{ for (i = 1; i < NF; i++) { if ($i == "cpu" && !cpu[$1]) cpu[$1] = $(i + 1); if ($i == "peak") peak[$1] = $(i + 1) } }
			END {
				each = count > 1 ? (cpu["all"] - cpu["one"]) / (count - 1) * 1000 : 0
				printf "%-12s %6d %10d %9.1f %9.1f %12.1f %12.1f %9.1f\n", name, count, size,
					cpu["all"], cpu["one"], each, cpu["all"] / count * 1000, peak["all"]
			}'
}

"$corebtf" pack --quiet "$work/xz" -o "$work/kernels.pack"
packed=$(size "$work/xz") pack=$(size "$work/kernels.pack")
printf '%s kernels of %s: %s bytes as .btf.tar.xz, %s in a pack: %s times smaller\n\n' \
	"$count" "$machine" "$packed" "$pack" "$(awk "BEGIN { printf \"%.1f\", $packed / $pack }")"

printf 'Trimming %s objects for them\n' "$(ls "$work/objects" | wc -l)"
# shellcheck disable=SC2046 # no path has a space
"$measure" "$runs" "from a pack" $(trim "$work/kernels.pack") ::: \
	"from raw BTF" $(trim "$work/raw") ::: \
	"from .btf.tar.xz" $(trim "$work/xz")
for from in kernels.pack raw; do
	$(trim "$work/$from")
	mv "$work/out.bundle" "$work/$from.bundle"
done
cmp "$work/kernels.pack.bundle" "$work/raw.bundle"

printf '\nThe more kernels, the cheaper each: CPU of trimming all of a pack, and one; of each more\n'
printf '%-12s %6s %10s %9s %9s %12s %12s %9s\n' kernels count bytes "all, ms" "one, ms" \
	"each, us" "all/n, us" "peak, MiB"
for some in 1 10 20 37 50 100 "$count"; do
	[ "$some" -le "$count" ] && [ ! -e "$work/some-$some.pack" ] || continue
	rm -rf "$work/some"
	# Spread over all series.
	awk -v some="$some" -v count="$count" 'int(NR * some / count) > int((NR - 1) * some / count)' "$work/archives" |
		while read -r archive; do
			mkdir -p "$work/some/$(dirname "$archive")"
			ln -s "$kernels/$archive" "$work/some/$archive"
		done
	"$corebtf" pack --quiet "$work/some" -o "$work/some-$some.pack"
	curve real "$some" "$work/some-$some.pack"
done
for some in $neighbours; do
	"$make_neighbours" "$work/kernels.pack" "$some" "$work/neighbours.pack"
	curve made-up "$some" "$work/neighbours.pack"
	rm "$work/neighbours.pack"
done

printf '\nMaking the pack, beside unpacking and going through the types once\n'
# What packing needs at least: each archive unpacked, and its types gone through once.
# shellcheck disable=SC2086
"$measure" $((runs < 5 ? runs : 5)) \
	"unpacked and scanned" "$corebtf" trim --quiet "$small" --kernels "$work/xz" -j 1 -o "$work/out.bundle" ::: \
	"packed" "$corebtf" pack --quiet "$work/xz" -j 1 -o "$work/again.pack"
cmp "$work/again.pack" "$work/kernels.pack"
printf '\nListing it\n'
"$measure" "$runs" "list" "$corebtf" list "$work/kernels.pack"
