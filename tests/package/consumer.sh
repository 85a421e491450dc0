#!/bin/sh
# SPDX-License-Identifier: MIT
# consumer.sh few|many: builds consumer/ against the installed package. few: a build in each mode, with
# one generator each; many: with each linker for each generator, and in each mode with each linker.
. "$(dirname "$0")/lib.sh"

# In folders with spaces in their names, so that missing quotation marks fail.
install_package
mv "$work/prefix" "$work/a prefix"
kernels="$work/some kernels"
cp -R "$KERNELS" "$kernels"
expected=$(count_kernels "$kernels")
[ "$expected" -gt 0 ] || skip "no sample kernels of this machine"

# How the BTFs get into the program: by which linker, in which mode.
place() {
	case $1/$2 in
	*/section | gold/auto | mold/auto) echo section ;;
	*/link) echo linked ;;
	*) echo segment ;;
	esac
}

# check FILE PLACE
check() {
	case $2 in
	segment)
		has_segment "$1" || fail "$1: no segment for .corebtf"
		;;
	section)
		readelf -SW "$1" | grep -q '\.corebtf  *PROGBITS  *0* ' || fail "$1: no added section"
		;;
	linked)
		has_segment "$1" && fail "$1: a segment that nobody asked for"
		readelf -SW "$1" | grep -q '\.corebtf  *PROGBITS .* A' || fail "$1: no linked section"
		;;
	esac
}

# build_and_run GENERATOR LINKER MODE RUNTIME
build_and_run() {
	rm -rf "$work/a build"
	quietly configure "$work/a build" "$SOURCE/tests/package/consumer" -G "$1" \
		-DCMAKE_PREFIX_PATH="$work/a prefix" -DLINKER="$2" -DMODE="$3" -DRUNTIME="$4" \
		-DKERNELS="$kernels"
	set -- "$@" "$(place "$2" "$3")"
	case $1 in
	*Multi-Config) folders="Debug Release" ;;
	*) folders=. ;;
	esac
	for folder in $folders; do
		quietly "$CMAKE" --build "$work/a build" --config "$folder"
		output="$work/a build/$folder"
		said=$("$output/program" && "$output/host" "$output/libplugin.so") ||
			fail "$*: the program failed"
		[ "$said" = "program: $expected kernels
plugin: $expected kernels" ] || fail "$*: $said"
		check "$output/program" "$5"
		check "$output/libplugin.so" "$5"
		"$COREBTF" list "$output/program" >/dev/null || fail "$*: list"
	done
	ok "$1, linker ${2:-of the compiler}, mode $3, $4: $5"
}

has_generator() {
	case $1 in
	Ninja*) have ninja ;;
	*) have make ;;
	esac
}

has_linker() {
	have "ld.$1" && printf 'int main(void) { return 0; }\n' >"$work/empty.c" &&
		"$CC" "-fuse-ld=$1" "$work/empty.c" -o "$work/empty" 2>/dev/null
}

linkers=
for linker in bfd gold lld mold; do
	if has_linker "$linker"; then
		linkers="$linkers $linker"
	else
		printf 'not here: linker %s\n' "$linker"
	fi
done

if [ "$1" = few ]; then
	has_generator Ninja && build_and_run Ninja "" auto corebtf
	has_generator make && build_and_run "Unix Makefiles" "" section corebtf_static
	has_generator Ninja && build_and_run "Ninja Multi-Config" "" link corebtf_static
	exit 0
fi
has_generator make && build_and_run "Unix Makefiles" "" auto corebtf_static
if has_generator Ninja; then
	build_and_run "Ninja Multi-Config" "" auto corebtf_static
	build_and_run "Ninja Multi-Config" "" link corebtf
fi
for linker in $linkers; do
	for generator in Ninja "Unix Makefiles" "Ninja Multi-Config"; do
		if has_generator "$generator"; then
			build_and_run "$generator" "$linker" auto corebtf
		fi
	done
	for mode in segment section link; do
		[ "$mode" != segment ] || [ "$(place "$linker" auto)" = segment ] || continue
		build_and_run "$GENERATOR" "$linker" "$mode" corebtf
		build_and_run "$GENERATOR" "$linker" "$mode" corebtf_static
	done
done
