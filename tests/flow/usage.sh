# SPDX-License-Identifier: MIT
# --help, --version, and the messages about wrong arguments.
. "$FLOW/lib.sh"

commands="embed list lookup extract attach remove verify export import unpack trim fetch btfgen"

status 0 --version
grep -qE '^corebtf [0-9]+\.[0-9]+\.[0-9]+$' out || fail "no version"
status 0 --help
for command in $commands; do
	says out "$command"
done

for command in $commands; do
	status 0 "$command" --help
	[ -s err ] && fail "help on standard error"
	cp out help
	says help "Usage: corebtf $command "
	says help "Examples:"
	says help "Exit status:"
	page=$MAN_PAGES/corebtf-$command.1
	# Every option in the help is in the man page, and the other way round.
	grep -oE '^ +(-., )?--[a-z-]+' help | grep -oE -- '--[a-z-]+' | sort -u >in_help
	grep -oE '^\.It .*Fl Fl [a-z-]+' "$page" | sed 's/.*Fl Fl /--/' | sort -u >in_page
	cmp -s in_help in_page || fail "options of $command: $(diff in_help in_page)"
	for option in --quiet --verbose --help; do
		says help "$option"
	done
	status 0 "$command" -h
	same out help
done
status 0 embed --help
for option in --kernels --select --output --jobs --compress --all-machines; do
	says out "$option"
done

status 2
says err "corebtf --help"
status 2 embd
says err "did you mean 'embed'"
status 2 exract x
says err "did you mean 'extract'"
status 2 frobnicate
says err "unknown command 'frobnicate'"
says_not err "did you mean"
status 2 --frobnicate
says err "unknown option '--frobnicate'"

# wrong TEXT ARGUMENT...: one line with the text and the help to read.
wrong() {
	text=$1
	shift
	status 2 "$@"
	one_line "$1" "$text"
	says err "see 'corebtf $1 --help'"
	[ -s out ] && fail "output"
	return 0
}
wrong "no executable" embed
wrong "no kernels" embed exe
wrong "no kernels" embed exe object
wrong "no executable" embed --kernels a b
wrong "--jobs" embed exe --kernels k --jobs 0
wrong "--jobs" embed exe --kernels k -j 2x
wrong "--jobs" embed exe --kernels k -j -1
wrong "--jobs" embed exe --kernels k -j 99999999999999999999
wrong "needs a value" embed exe --kernels k --select
wrong "--select" embed exe --kernels k --select debian
wrong "--compress" embed exe --kernels k --compress gzip
wrong "unknown option '--frob'" embed exe --frob
wrong "unknown option '-z'" embed exe -qz
wrong "takes no value" embed --quiet=yes exe
wrong "takes no value" list --json=1
wrong "unknown option '-z'" list --quiet -z
wrong "no FILE" list
wrong "either FILE or --kernels" list a --kernels b
wrong "--select goes with --kernels" list a --select os=debian
wrong "unknown key" list --kernels a --select x=debian
wrong "'b' is too many" list a b
wrong "no FILE" lookup --release 5.4
wrong "empty" lookup a --release ''
wrong "no FILE" extract -o x
wrong "-o BUNDLE" extract x
wrong "EXE and BUNDLE" attach x
wrong "'c' is too many" attach a b c
wrong "no executable" remove
wrong "at least one OBJ" trim a b
only . out err help in_help in_page

# A result that cannot be written is a failure.
if [ -w /dev/full ]; then
	got=0
	"$COREBTF" --help >/dev/full 2>err || got=$?
	[ "$got" -eq 1 ] || fail "status $got with a full standard output"
	says err "No space left"
fi
