#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures how a program gets the path of its BTF, beside bcc's own code with a linked-in tar.gz.
#
#   bench_lookup.sh COREBTF BENCH_LOOKUP BENCH_LOOKUP_SEGMENT MAKE_LOOKUP CUT_OBJECTS SMALL_OBJECT \
#                   KERNELS
#
# BENCH_LOOKUP_SEGMENT is the same program with a reserved segment for its bundle.
# KERNELS is a tree in BTFHub's layout. What is looked into is made of its kernels, trimmed for the
# objects in the folder COREBTF_BENCH_OBJECTS (environment), or for all of Debian's package
# libbpf-tools, or for SMALL_OBJECT where that is not installed; as many entries share a BTF as in a
# real set of 238 kernels, of which 101 were distinct.
#
# COREBTF_BENCH_BCC_LIBRARY (environment) is bcc's code, compiled (CMake: COREBTF_BENCH_BCC); CC links it.
set -eu
corebtf=$1 bench_lookup=$2 bench_segment=$3 make_lookup=$4 cut_objects=$5 small=$6
kernels=$(cd "$7" && pwd)
bcc=${COREBTF_BENCH_BCC_LIBRARY:-}
warm=${COREBTF_BENCH_WARM:-2000} # calls in one process
cold=${COREBTF_BENCH_COLD:-31}   # processes
machine=$(uname -m)
case $machine in aarch64) archive_machine=arm64 ;; *) archive_machine=$machine ;; esac

# The kernel's own BTF must be hidden: otherwise it is used, and no bundle is read.
hidden() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m --propagation unchanged sh -eu -c '
		mount --make-rprivate / 2>/dev/null || mount --make-rprivate /sys
		if [ -d /sys/kernel/btf ]; then mount -t tmpfs none /sys/kernel/btf; fi
		exec "$@"' sh "$@"
}
hidden true 2>/dev/null || {
	echo "Not measured: lookups, since the kernel's BTF cannot be hidden here (that needs root)."
	exit 0
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
mkdir "$work/objects" "$work/btfs"
tools=$(dpkg -L libbpf-tools 2>/dev/null | grep '^/usr/sbin/.' || :)
if [ -n "${COREBTF_BENCH_OBJECTS:-}" ]; then
	cp "$COREBTF_BENCH_OBJECTS"/*.o "$work/objects"
elif [ -n "$tools" ]; then
	for tool in $tools; do
		[ -h "$tool" ] || echo "$tool"
	done | xargs "$cut_objects" "$work/objects"
else
	cp "$small" "$work/objects/small.o"
fi
find "$kernels" -path "*/$archive_machine/*.btf.tar.xz" | sort >"$work/archives"
while read -r archive; do
	btf=$work/btfs/$(basename "$archive" .tar.xz)
	"$corebtf" trim --quiet "$work"/objects/*.o --kernels "$archive" -o "$btf"
done <"$work/archives"

# The kernel and the distribution of this host, for which the program looks up a BTF.
os_value() {
	# shellcheck disable=SC1091 # of whatever host this is
	(. /etc/os-release && eval "printf '%s' \"\${$1:-}\"")
}

line() {
	# shellcheck disable=SC2046 # seven numbers
	set -- "$1" "$2" $(cat "$3")
	printf '  %-7s %9s KiB %10.1f us %10.1f us %10.1f us %8d KiB %7d KiB %7d KiB %7d KiB\n' "$1" \
		"$(($2 / 1024))" "$3" "$4" "$5" $(($6 / 1024)) $(($7 / 1024)) $(($8 / 1024)) \
		$(($9 / 1024))
}

printf '\nFrom the call to the path. Medians: of %s calls (warm), of %s new processes (first call; and\n' \
	"$warm" "$cold"
printf 'with the file dropped from the page cache). Most heap at once; growth of the resident memory\n'
printf 'until the path was there, and how much of it is not page cache.\n'
[ -n "$bcc" ] || echo "Not measured: bcc's own code (CMake: -DCOREBTF_BENCH_BCC=a checkout of bcc)."
printf 'BTFs of %s kernels, trimmed for %s objects; the file that is handed over is one of them.\n' \
	"$(wc -l <"$work/archives")" "$(find "$work/objects" -name '*.o' | wc -l)"
# shellcheck disable=SC2012 # names without spaces: kernel releases
printf 'Their sizes: %s to %s bytes.\n' "$(ls -lS "$work/btfs" | awk 'END { print $5 }')" \
	"$(ls -lS "$work/btfs" | awk 'NR == 2 { print $5 }')"
for count in 50 500 5000; do
	folder=$work/$count
	mkdir "$folder"
	printf '\n'
	"$make_lookup" "$folder" "$count" $((count * 101 / 238)) "$(os_value ID)" \
		"$(os_value VERSION_ID)" "$(uname -r)" "$machine" "$work"/btfs/*
	printf '  %-7s %13s %13s %13s %13s %12s %11s %11s %11s\n' '' size warm first dropped read heap \
		resident private
	for way in section segment; do
		program=$bench_lookup
		[ $way = section ] || program=$bench_segment
		printf '  %s\n' "$way"
		for kind in raw xz; do
			"$corebtf" embed "$program" --bundle "$folder/$kind.bundle" -o "$folder/$kind" --quiet
			sync "$folder/$kind"
			hidden "$folder/$kind" "$warm" "$cold" >"$work/numbers"
			line "$kind" "$(wc -c <"$folder/$kind.bundle")" "$work/numbers"
		done
	done
	[ -n "$bcc" ] || continue
	printf "  bcc's own\n"
	tar -C "$folder/tar" -czf "$folder/min_core_btfs.tar.gz" .
	(cd "$folder" && ld -r -b binary -z noexecstack -o tar.o min_core_btfs.tar.gz)
	${CC:-cc} -o "$folder/bcc" "$folder/tar.o" "$bcc" -lbpf -lelf -lz
	sync "$folder/bcc"
	hidden "$folder/bcc" $((warm / 20 > 0 ? warm / 20 : 1)) "$cold" >"$work/numbers"
	line tar.gz "$(wc -c <"$folder/min_core_btfs.tar.gz")" "$work/numbers"
done
