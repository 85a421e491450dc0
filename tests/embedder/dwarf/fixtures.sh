#!/bin/sh
# SPDX-License-Identifier: MIT
# fixtures.sh WRITE_BTF WALK_JUDGE BTF_PAYLOAD COMPARE_TYPES GOOD_BTF FIXTURES
#
# C files compiled by each compiler that is here, for machines of 64 and 32 bits and of both byte
# orders, with DWARF 2 to 5 and in the forms that kernels have it. The BTF made of it has exactly the
# types in FIXTURES/*.txt, and those that pahole makes, where it is here; libbpf and the running kernel
# take it, and libdwarf finds the same entries as our own pass.
. "$(dirname "$0")/../../support/lib.sh"
write_btf=$1 walk_judge=$2 payload=$3 compare=$4 good_btf=$5 fixtures=$6

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" # where the file log is shown by fail
checked=0 judged=0

# Without differences between compilers that are none between types: clang's names for integers; the
# type that it invents for the index of arrays; const on an array of constants; the order of two
# qualifiers; the width of a bit-field that is as wide as its type; integers of clang's expressions.
plain() {
	sed -e 's/int unsigned long long\b/int long long unsigned int/g
		s/int unsigned long\b/int long unsigned int/g
		s/int unsigned short\b/int short unsigned int/g
		s/int long long\( 8,\|$\)/int long long int\1/g
		s/int long\( [48],\|,\|$\)/int long int\1/g
		s/int short\( high\| 2,\|$\| }\)/int short int\1/g' \
		-e 's/const \[/[/g; s/volatile const/const volatile/g; s/whole@128\/64/whole@128\/0/
		/__ARRAY_SIZE_TYPE__/d; /DW_ATE_/d; /^type int long unsigned int/d' -e "$lost" | sort
}
# And without what a compiler does not write: clang has no restrict in DWARF 2, and no sign of an
# enum; gcc forgets const in a type unit where it is beside volatile.
lost=
lost_by() { # COMPILER VERSION OPTION...
	case "$*" in
	clang*' 2'*) lost='s/restrict //g; s/large_negative 8 signed/large_negative 8/' ;;
	gcc*-fdebug-types-section*) lost='s/const volatile/volatile/' ;;
	*gcc*' 2'*) lost='s/restrict //g' ;;
	*) lost= ;;
	esac
}

# check NAME EXPECTED FILE [ALTERNATE]: reads FILE, and compares with EXPECTED and pahole.
check() {
	name=$1 expected=$fixtures/$2.txt
	shift 2
	"$walk_judge" "$@" >log 2>&1 || fail "$name: libdwarf finds other entries"
	"$write_btf" "$@" our.btf 2>log || fail "$name: not read"
	"$good_btf" --load our.btf >log 2>&1 || [ $? = 77 ] || fail "$name: not good BTF"
	"$payload" our.btf | plain >our.txt
	plain <"$expected" | diff - our.txt >log || fail "$name: other types than in $expected"
	checked=$((checked + 1))
	have pahole || return 0
	# pahole 1.24 takes types in type units for empty ones, and writes nothing for files of dwz.
	case $name in
	*-fdebug-types-section* | dwz*) return 0 ;;
	esac
	pahole --btf_encode_detached=pahole.btf --btf_gen_floats "$1" >log 2>&1 || fail "$name: pahole"
	"$compare" --known "$fixtures/known" pahole.btf our.btf >log || fail "$name: pahole's types differ"
	judged=$((judged + 1))
}

# refused NAME ERROR FILE [ALTERNATE]
refused() {
	name=$1 error=$2
	shift 2
	! "$write_btf" "$@" our.btf 2>log || fail "$name: read, and it should be refused"
	grep -q "^$error: ." log || fail "$name: refused, but not with $error and a reason"
	checked=$((checked + 1))
}

# link OUT COMPILER OPTION...: false: this compiler cannot do that here.
link() {
	out=$1
	shift
	# Before C23, where bool is no typedef and () takes any arguments.
	"$@" -std=gnu11 -nostdlib -shared -fPIC -w -o "$out" >compiler.log 2>&1
}
layouts="$fixtures/bit_fields.c $fixtures/composites.c $fixtures/scalars.c"
units="$fixtures/unit_one.c $fixtures/unit_two.c"

# --- every compiler, machine and version
have gcc || have clang || skip "neither gcc nor clang is here"
targets='x86_64 gcc
x86_64 clang
i686 i686-linux-gnu-gcc
i686 clang -m32
s390x s390x-linux-gnu-gcc
s390x clang -target s390x-linux-gnu'
[ "$(uname -m)" = x86_64 ] || targets=$(printf '%s\n' "$targets" | grep -v ' gcc\| -m32\|x86_64')
while read -r machine compiler; do
	have "${compiler%% *}" || {
		left_out "no ${compiler%% *}"
		continue
	}
	versions='2 5' # the older ones have the same form
	[ $machine != x86_64 ] || versions='2 3 4 5'
	for version in $versions; do
		# shellcheck disable=SC2086 # words
		link layouts.so $compiler "-gdwarf-$version" $layouts || {
			left_out "$compiler -gdwarf-$version does not link"
			continue
		}
		lost_by $compiler $version
		check "$compiler -gdwarf-$version" "layouts.$machine" layouts.so
	done
done <<END
$targets
END

# --- the forms of DWARF 4 and 5, with the compiler of this machine
form() { # NAME VERSION COMPILER OPTION...
	form=$1 version=$2
	shift 2
	lost_by "$@" "$version"
	# shellcheck disable=SC2086
	if link units.so "$@" "-gdwarf-$version" $units; then
		check "$form, $*, DWARF $version" units units.so
	else
		left_out "$* does not link"
	fi
}
[ "$(uname -m)" = x86_64 ] || {
	echo "$checked files, $judged of them compared with pahole's; the other forms need an x86_64 machine"
	exit 0
}
for compiler in gcc clang; do
	have $compiler || continue
	for version in 2 5; do
		form "units" $version $compiler
	done
	form "optimised" 5 $compiler -O2
	form "64-bit DWARF" 5 $compiler -gdwarf64
	form "compressed" 5 $compiler -gz
done
# Of clang there are none for C.
for version in 4 5; do
	form "type units" $version gcc -fdebug-types-section
	# shellcheck disable=SC2086
	link layouts.so gcc "-gdwarf-$version" -fdebug-types-section $layouts
	check "type units, gcc, -fdebug-types-section, DWARF $version" layouts.x86_64 layouts.so
done
form "link-time optimisation" 5 gcc -flto -O2
have ld.lld && form "link-time optimisation" 5 clang -flto -fuse-ld=lld -O2

# dwz: partial units, and what two files have in common in a third.
if have dwz && have gcc; then
	lost=
	# shellcheck disable=SC2086
	for version in 4 5; do
		link units.so gcc "-gdwarf-$version" $units
		dwz units.so >log 2>&1 || fail "dwz"
		check "dwz, DWARF $version" units units.so
		link one.so gcc "-gdwarf-$version" $units
		link two.so gcc "-gdwarf-$version" $units $layouts
		dwz -m common.debug one.so two.so >log 2>&1 || fail "dwz -m"
		readelf -SW one.so | grep -q gnu_debugaltlink || fail "dwz made no common file"
		check "dwz -m, DWARF $version" units one.so common.debug
		refused "dwz -m without the common file" ENODATA one.so
	done
else
	left_out "no dwz"
fi

# --- what is refused
link none.so gcc -g0 "$fixtures/scalars.c"
refused "no DWARF" ENODATA none.so
link split.so gcc -gdwarf-5 -gsplit-dwarf "$fixtures/scalars.c"
refused "split DWARF" ENODATA split.so
# What BTF cannot hold: with its name, so that it can be found.
too_large() { # NAME MEMBERS
	echo "struct $1 { $2 }; extern struct $1 variable; void *get(void) { return &variable; }" >too_large.c
	link too_large.so gcc -gdwarf-5 too_large.c || fail "$1: $(cat compiler.log)"
	refused "$1" E2BIG too_large.so
	grep -q "type $1 at" log || fail "$1 is not named"
}
too_large far_bit_field 'int bits : 1; char large[3000000]; int more : 1;'
too_large large 'char large[0x100000001];'
echo "$checked files, $judged of them compared with pahole's"
