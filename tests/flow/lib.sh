# SPDX-License-Identifier: MIT
# Shared by the flow tests. Each sources it first and is then in an empty folder.
. "$FLOW/../support/lib.sh"
unset POSIXLY_CORRECT || :

scratch=$(mktemp -d)
trap 'cd /; rm -rf "$scratch"' EXIT
cd "$scratch"

fail() {
	echo "FAILED: $*" >&2
	for file in out err; do
		[ -s "$file" ] && sed "s/^/  $file: /" "$file" >&2
	done
	exit 1
}

# corebtf ARGUMENT...: standard output in the file out, standard error in err.
corebtf() {
	"$COREBTF" "$@" >out 2>err
}

# status N ARGUMENT...: the command must end with that status.
status() {
	expected=$1
	shift
	got=0
	corebtf "$@" || got=$?
	[ "$got" -eq "$expected" ] || fail "corebtf $*: status $got, not $expected"
}

# says FILE TEXT: the output has the text.
says() {
	grep -qF -e "$2" "$1" || fail "'$2' is not in $1"
}

says_not() {
	! grep -qF -e "$2" "$1" || fail "'$2' is in $1"
}

# One line on standard error, with the file and the cause.
one_line() {
	[ "$(wc -l <err)" -eq 1 ] || fail "not one line"
	says err "corebtf: $1: "
	says err "$2"
}

same() {
	cmp -s "$1" "$2" || fail "$1 and $2 differ"
}

# Nothing but the named files may be in the folder $1.
only() {
	folder=$1
	shift
	found=$(ls -A "$folder" | sort | tr '\n' ' ')
	[ "$found" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ] || fail "in $folder: $found"
}

make_object() { # NAME [FLAG...]
	have clang || skip "no clang"
	object_name=$1
	shift
	clang -target bpf -g -O2 "$@" -c "$FLOW/flow.bpf.c" -o "$object_name"
}

make_program() { # NAME [OBJECT [COMPILER [FLAG...]]]
	program_name=$1
	program_object=${2:-}
	program_compiler=${3:-$CC}
	shift $(($# < 3 ? $# : 3))
	# Without the sanitizers of the test build.
	$program_compiler "$@" ${program_object:+-DOBJECT="\"$program_object\""} "$FLOW/program.c" \
		-o "$program_name"
}

# The sample archives for one machine, by their own layout.
samples() {
	(cd "$KERNELS" && ls -d */*/"$1"/*.btf.tar.xz)
}

release_of() {
	basename "$1" .btf.tar.xz
}
