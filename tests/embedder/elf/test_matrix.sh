#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs every way to embed with every linker, kind of program, strip tool and machine that is here.
# Makes the tables of docs/embedding.md from the results and fails where they differ;
# what is not installed is skipped, and its rows are not compared.
#
# environment: COREBTF the command, SOURCE the repository, KERNELS a folder of kernel BTFs,
#	OBJECT a BPF object, RUNTIME_SOURCES the runtime's .c files, LINK_WITH the libraries that
#	these need
# usage: test_matrix.sh [--print]	--print: just write the tables to standard output
# A libcorebtf that has come to need more of zlib or liblzma wants it in matrix/stubs.c as well.
. "$(dirname "$0")/../../support/lib.sh"
mode=${1:-}
document=$SOURCE/docs/embedding.md
script=$SOURCE/linker-scripts/corebtf.ld
probe=$SOURCE/tests/embedder/elf/matrix/probe.c
. "$SOURCE/tests/embedder/elf/matrix/runtime.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cd "$work"
failures=0

left_out()
{
	echo "skipped: $*" >&2
	: >"$work/skipped"
}

wrong()
{
	echo "FAILED: $*" >&2
	failures=$((failures + 1))
}

corebtf()
{
	"$COREBTF" "$@" --quiet
}

# --- linkers, each in a folder of its own where the compiler looks for `ld` -----------------------

linkers=
add_linker() # NAME PROGRAM FLAG
{
	if ! have "$2"; then
		left_out "$2 is not installed"
		return 0
	fi
	mkdir -p "linkers/$1"
	ln -s "$(command -v "$2")" "linkers/$1/ld"
	ln -s "$(command -v "$2")" "linkers/$1/ld.$3"
	linkers="$linkers $1:$3"
}
add_linker bfd ld.bfd bfd
add_linker gold ld.gold gold
add_linker lld-14 ld.lld-14 lld
add_linker lld-19 ld.lld-19 lld
add_linker mold ld.mold mold

# link COMPILER LINKER:FLAG ARGUMENT...
link()
{
	compiler=$1 folder=linkers/${2%:*} flag=${2#*:}
	shift 2
	"$compiler" -B "$folder" -fuse-ld="$flag" -Wl,--build-id -Wl,--gc-sections "$@" 2>link-says
}

# --- bundles --------------------------------------------------------------------------------------

# make_bundles CARRIER SUFFIX: small has some kernels, big as many times them, longer than a page
# of any machine; of the byte order of the ELF file CARRIER.
make_bundles()
{
	object=$OBJECT
	if readelf -h "$1" | grep -q 'big endian'; then
		object=big-endian.bpf.o
		clang -target bpfeb -g -O2 -c "$SOURCE/tests/flow/flow.bpf.c" -o $object
	fi
	corebtf embed "$1" "$object" --kernels "$KERNELS" --all-machines -o carrier
	corebtf convert carrier -o "small$2"
	for _ in $(seq 40); do
		cat "small$2"
	done >"big$2"
	small_count=$("$COREBTF" list carrier --json | grep -c '"release"')
	big_count=$((small_count * 40))
}

# --- one program through its whole life -----------------------------------------------------------

lint()
{
	eu-elflint --gnu-ld "$1" 2>&1 | sed 's/\[ *[0-9]*\]/[]/g' | grep -v '^No errors$' | sort -u || :
}

# says FILE RUNNER...: what the probe in FILE prints; for a library the program beside it runs it.
says()
{
	file=$1
	shift
	case $file in
	*.so)
		mkdir -p loaded
		cp "$file" loaded/libprobe.so
		LD_LIBRARY_PATH=$work/loaded "$@" "$main" 2>&1
		;;
	*) "$@" "./$file" 2>&1 ;;
	esac
}

# check_life FILE PLACE SUFFIX RUNNER...: prints "runs", or what went wrong. PLACE: "mapped" or
# "file", where the runtime must find the bundle.
check_life()
{
	name=$1 place=$2 order=$3 suffix=
	shift 3
	case $name in *.so) suffix=.so ;; esac
	said=$(says "$name" "$@") || { echo "does not run: $said"; return; }
	test "$said" = "0 nowhere -61" || { echo "before embedding: $said"; return; }
	cp "$name" "life$suffix"
	for bundle in small big small; do
		if ! corebtf embed "life$suffix" --bundle "$bundle$order" 2>says-attach; then
			grep -q 'cannot grow.*link without corebtf.ld' says-attach && echo refused ||
				cat says-attach
			return
		fi
		count=$small_count
		test $bundle = small || count=$big_count
		said=$(says "life$suffix" "$@") || :
		test "$said" = "$count $place 0" || { echo "with $bundle: $said"; return; }
		corebtf convert "life$suffix" -o given
		cmp -s given "$bundle$order" || { echo "extract gives other bytes"; return; }
		corebtf embed "$name" --bundle "$bundle$order" -o "direct$suffix"
		cmp -s "life$suffix" "direct$suffix" || { echo "replacing leaves a trace"; return; }
		readelf -a -W "life$suffix" >/dev/null 2>readelf-says || :
		test ! -s readelf-says || { echo "readelf: $(head -1 readelf-says)"; return; }
		if have eu-elflint; then
			lint "$name" >lint-before
			lint "life$suffix" >lint-after
			comm -13 lint-before lint-after >lint-new
			test ! -s lint-new || { echo "eu-elflint: $(head -1 lint-new)"; return; }
		fi
		test "$(readelf -n "life$suffix" | grep 'Build ID')" = \
			"$(readelf -n "$name" | grep 'Build ID')" || { echo "build-id changed"; return; }
	done
	corebtf remove "life$suffix"
	cmp -s "life$suffix" "$name" || { echo "remove does not give back the file"; return; }
	echo runs
}

# flags_of KIND
flags_of()
{
	case $1 in
	PIE) echo "-pie -fPIE" ;;
	non-PIE) echo "-no-pie" ;;
	static) echo "-static" ;;
	static-PIE) echo "-static-pie -fPIE" ;;
	DSO) echo "-shared -fPIC -DPROBE_LIBRARY" ;;
	esac
}

# build COMPILER LINKER KIND WAY OUTPUT LIBRARY...: status 1 when the linker cannot.
build()
{
	compiler=$1 linker=$2 kind=$3 way=$4 output=$5
	shift 5
	extra=
	test "$way" != segment || extra=-Wl,-T,$script
	test "$way" != linked || extra=linked.o
	# shellcheck disable=SC2046,SC2086 # several flags
	link "$compiler" "$linker" -g -I "$SOURCE/runtime/include" "$probe" $extra \
		$(flags_of "$kind") -o "$output" "$@"
}

# file_of KIND: the name of a file of that kind
file_of()
{
	case $1 in
	DSO) echo "$1.so" ;;
	*) echo "$1" ;;
	esac
}

# way_cell COMPILER LINKER KIND WAY ORDER LIBRARIES RUNNER...: the cell of a table
way_cell()
{
	compiler=$1 linker=$2 kind=$3 way=$4 order=$5 libraries=$6
	shift 6
	output=built/${linker%:*}/$way/$(file_of "$kind")
	mkdir -p "${output%/*}"
	# shellcheck disable=SC2086 # several libraries
	if ! build "$compiler" "$linker" "$kind" "$way" "$output" $libraries; then
		echo "link fails"
		return
	fi
	case $way in
	section) check_life "$output" file "$order" "$@" ;;
	segment)
		if ! readelf -S -W "$output" | grep -q ' \.corebtf '; then
			echo "no segment"
			return
		fi
		check_life "$output" mapped "$order" "$@"
		;;
	linked)
		said=$(says "$output" "$@") || :
		test "$said" = "$((2 * small_count)) mapped 0" && echo runs || echo "$said"
		;;
	esac
}

# --- the tables -----------------------------------------------------------------------------------

kinds="PIE non-PIE static static-PIE DSO"
ways="segment section linked"

cc=${CC:-cc}
build_runtime "" "$cc" native
STATIC=native/libcorebtf.a
$cc -DPROBE_PROGRAM -I "$SOURCE/runtime/include" "$probe" -c -o program.o
$cc -shared -fPIC -DPROBE_LIBRARY -I "$SOURCE/runtime/include" "$probe" -o libprobe.so "$STATIC" $LINK_WITH
$cc program.o -L. -lprobe -o main-native
main=./main-native
make_bundles main-native .native
machine=$(uname -m)
corebtf convert small.native -o one.o --machine "$machine"
ld -r one.o one.o -o linked.o 2>/dev/null || ld -r one.o -o linked.o

# Two objects, so that the reader has to step from one bundle to the next.
cp one.o linked.o
cp one.o linked-2.o

{
	echo "| way | linker | PIE | non-PIE | static | static-PIE | shared object |"
	echo "|---|---|---|---|---|---|---|"
	for way in $ways; do
		for linker in $linkers; do
			row="| $way | ${linker%:*} |"
			for kind in $kinds; do
				libraries="$STATIC $LINK_WITH"
				test $way != linked || libraries="linked-2.o $libraries"
				row="$row $(way_cell "$cc" "$linker" "$kind" $way .native "$libraries" env) |"
			done
			echo "$row"
		done
	done
} >table-ways
cat table-ways >&2

# strip_with TOOL IN OUT
strip_with()
{
	program=${1%%|*} options=${1#*|}
	case $program in
	*objcopy*)
		# shellcheck disable=SC2086 # several options
		"$program" $options "$2" "$3" 2>strip-says
		;;
	*)
		# shellcheck disable=SC2086 # several options
		"$program" $options -o "$3" "$2" 2>strip-says
		;;
	esac
}

tools="strip|-s
strip|-g
strip|--strip-unneeded
objcopy|
objcopy|--strip-all
llvm-strip-14|-s
llvm-strip-14|-g
llvm-strip-14|-s --keep-section=.corebtf
llvm-objcopy-14|
llvm-strip-19|-s
llvm-strip-19|-g
llvm-strip-19|-s --keep-section=.corebtf
llvm-objcopy-19|
eu-strip|
eu-strip|-g
eu-strip|--keep-section=.corebtf"

# strip_cell TOOL WAY LINKER: "kept" or "dropped" over all kinds of programs; where they differ,
# each with its kinds.
strip_cell()
{
	tool=$1 way=$2 linker=$3 seen=
	for kind in $kinds; do
		base=built/${linker%:*}/$way/$(file_of "$kind")
		suffix=
		test "$kind" != DSO || suffix=.so
		test -e "$base" || continue
		place=mapped count=$big_count
		case $way in
		section) place='file' ;;
		linked) count=$((2 * small_count)) ;;
		segment) readelf -S -W "$base" | grep -q ' \.corebtf ' || continue ;;
		esac
		if [ $way = linked ]; then
			cp "$base" "full$suffix"
		else
			corebtf embed "$base" --bundle big.native -o "full$suffix"
		fi
		rm -f "stripped$suffix"
		# Some tools refuse some files as the linker made them: not counted.
		if ! strip_with "$tool" "built/${linker%:*}/section/$(file_of "$kind")" "bare$suffix"; then
			continue
		fi
		if ! strip_with "$tool" "full$suffix" "stripped$suffix"; then
			cell="tool fails"
		elif said=$(says "stripped$suffix" env) && test "$said" = "$count $place 0"; then
			cell=kept
			# After the tool the bundle can be replaced and removed.
			if [ $way != linked ]; then
				corebtf embed "stripped$suffix" --bundle small.native -o "again$suffix" 2>says-attach &&
					corebtf remove "again$suffix" -o "emptied$suffix" 2>says-attach &&
					test "$(says "again$suffix" env)" = "$small_count $place 0" &&
					test "$(says "emptied$suffix" env)" = "0 nowhere -61" ||
					cell="kept, then not replaced"
				strip_with "$tool" "$base" "bare$suffix"
				limit=$(($(stat -c %s "bare$suffix") + 128))
				test "$(stat -c %s "emptied$suffix")" -le $limit ||
					cell="kept, then $(stat -c %s "emptied$suffix") bytes, not $limit"
			fi
		elif test "$said" = "0 nowhere -61"; then
			cell=dropped
		else
			cell="broken: $said"
		fi
		seen="$seen$cell ($kind)
"
	done
	# One word when all kinds agree.
	words=$(printf '%s' "$seen" | sed 's/ ([^)]*)$//' | sort -u)
	if [ "$(printf '%s\n' "$words" | wc -l)" = 1 ]; then
		echo "${words:--}"
	else
		printf '%s' "$seen" | paste -sd';' | sed 's/;/; /g'
	fi
}

{
	printf '| strip | segment: bfd | segment: lld-14 | segment: lld-19 '
	echo '| section: bfd | section: gold | section: lld-14 | section: lld-19 | section: mold | linked: bfd |'
	echo "|---|---|---|---|---|---|---|---|---|---|"
	echo "$tools" | while read -r tool; do
		if ! have "${tool%%|*}"; then
			left_out "${tool%%|*} is not installed"
			continue
		fi
		row="| \`$(echo "$tool" | sed 's/|$//; s/|/ /')\` |"
		for column in segment/bfd segment/lld-14 segment/lld-19 section/bfd section/gold \
			section/lld-14 section/lld-19 section/mold linked/bfd; do
			row="$row $(strip_cell "$tool" "${column%/*}" "${column#*/}:") |"
		done
		echo "$row"
	done
} >table-strips
cat table-strips >&2

# --- other machines -------------------------------------------------------------------------------

# The real headers, for stubs of the libraries.
mkdir -p include/lzma
printf '#include <zlib.h>\n#include <lzma.h>\n' | cc -M -x c - | tr ' \\' '\n\n' |
	grep -E '/(zlib|zconf|lzma)\.h$|/lzma/' | while read -r header; do
	case $header in
	*/lzma/*) cp "$header" include/lzma/ ;;
	*) cp "$header" include/ ;;
	esac
done

{
	echo "| machine | way | linker | non-PIE | static | PIE | shared object |"
	echo "|---|---|---|---|---|---|---|"
	for cross in i386:i686-linux-gnu:i386:x86 aarch64:aarch64-linux-gnu:aarch64:arm64 \
		arm:arm-linux-gnueabihf:arm:arm s390x:s390x-linux-gnu:s390x:s390x \
		ppc64le:powerpc64le-linux-gnu:ppc64le:ppc64le \
		riscv64:riscv64-linux-gnu:riscv64:riscv64; do
		name=${cross%%:*} rest=${cross#*:}
		triple=${rest%%:*} rest=${rest#*:}
		runner=qemu-${rest%%:*}-static key=${rest#*:}
		if ! have "$triple-gcc" || ! have "$runner"; then
			left_out "$triple-gcc or $runner is not installed"
			continue
		fi
		rm -rf built/"$name"*
		build_runtime "$triple-" "$triple-gcc" cross -I "$work/include" \
			"$SOURCE/tests/embedder/elf/matrix/stubs.c"
		"$triple-gcc" -shared -fPIC -DPROBE_LIBRARY -I "$SOURCE/runtime/include" "$probe" \
			-o libprobe.so cross/libcorebtf.a
		"$triple-gcc" -DPROBE_PROGRAM -I "$SOURCE/runtime/include" "$probe" -L. -lprobe -o "main-$name"
		main=./main-$name
		make_bundles "main-$name" ".$name"
		corebtf convert "small.$name" -o linked.o --machine "$key"
		cp linked.o linked-2.o
		for way in $ways; do
			for linker in bfd:bfd lld-19:lld; do
				if [ "$linker" = bfd:bfd ]; then
					rm -rf linkers/cross && mkdir linkers/cross
					ln -s "$(command -v "$triple-ld.bfd")" linkers/cross/ld
					ln -s "$(command -v "$triple-ld.bfd")" linkers/cross/ld.bfd
				elif [ -d "linkers/${linker%:*}" ]; then
					rm -rf linkers/cross && cp -a "linkers/${linker%:*}" linkers/cross
				else
					continue
				fi
				row="| $name | $way | ${linker%:*} |"
				for kind in non-PIE static PIE DSO; do
					libraries=cross/libcorebtf.a
					test $way != linked || libraries="linked-2.o $libraries"
					row="$row $(way_cell "$triple-gcc" "cross:${linker#*:}" $kind $way ".$name" \
						"$libraries" "$runner" -L "/usr/$triple") |"
				done
				echo "$row"
			done
		done
	done
} >table-machines
cat table-machines >&2

# --- the document says the same -------------------------------------------------------------------

if [ "$mode" = --print ]; then
	for table in ways strips machines; do
		echo "<!-- table-$table: made by tests/embedder/elf/test_matrix.sh -->"
		cat "table-$table"
		echo
	done
	exit 0
fi
# A cell "-" had no linker here to make its program with; it is not compared.
for table in ways strips machines; do
	sed -n "/^<!-- table-$table:/,/^\$/p" "$document" | grep '^|' >written || :
	test -s written || wrong "$document has no table-$table"
	while IFS= read -r row; do
		pattern=$(echo "$row" | sed 's/[][\.*^$]/\\&/g; s/| - |/| [^|]* |/g; s/| - |/| [^|]* |/g')
		grep -qx -e "$pattern" written ||
			wrong "$document, table-$table: not what was seen now: $row"
	done <"table-$table"
	test -e skipped || test "$(wc -l <written)" = "$(wc -l <"table-$table")" ||
		wrong "$document, table-$table: has rows that nothing was seen for"
done
test $failures = 0
