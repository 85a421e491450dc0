# SPDX-License-Identifier: MIT
# --help, --version, and the messages about wrong arguments.
. "$FLOW/lib.sh"

commands="embed remove list lookup verify report convert trim dwarf fetch btfgen pack exec"

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
	status 0 help "$command"
	same out help
	status 0 --help "$command"
	same out help
done
status 0 embed --help
for option in --kernels --bundle --select --output --jobs --compress --all-machines --json; do
	says out "$option"
done

status 2
says err "corebtf --help"
status 2 embd
says err "did you mean 'embed'"
status 2 convrt x
says err "did you mean 'convert'"
status 2 help embd
says err "did you mean 'embed'"
status 0 help
says out "Usage: corebtf"
# What the commands of earlier versions are called now.
for old in attach:embed extract:convert object:convert export:convert import:convert unpack:convert; do
	status 2 "${old%:*}" a b
	[ "$(wc -l <err)" -eq 1 ] || fail "not one line"
	says err "no command '${old%:*}' any more; it is now 'corebtf ${old#*:} "
done
# Options of all commands may also precede the command.
status 2 -q -v embd
status 2 --verbose --quiet
says err "no command"
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
	says err "ee 'corebtf help $1'"
	[ -s out ] && fail "output"
	return 0
}
wrong "no executable" embed
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
wrong "either FILE or --kernels" lookup a --kernels b
wrong "are for trimmed BTFs" lookup --kernels b --nearest
wrong "are for trimmed BTFs" lookup --kernels b --object x.bpf.o
wrong "empty" lookup a --release ''
wrong "no IN" convert -o x
wrong "no OUT" convert x
wrong "'c' is too many" convert a b c
wrong "given twice" convert a b -o c
wrong "one of --machine and --like" convert a b.o
wrong "one of --machine and --like" convert a b.o --machine arm64 --like c
wrong "--layout is for an OUT that is a tar or a folder" convert a b --layout bcc
wrong "--symbol is for an OUT that is an object file" convert a b --symbol c
wrong "--compress is for an OUT that is a bundle or an object file" convert a b.tar --compress xz
wrong "--reserve takes no IN" convert a b.o --reserve -m x86_64
wrong "corebtf lookup IN" convert a b.btf
wrong "no executable" remove
wrong "no BPF object" trim --kernels k -o x.btf
wrong "no file to write" trim a --kernels k
wrong "no file to write" trim a --kernels k old.btf
wrong "one of --machine and --like" trim a --kernels k -o x.o
wrong "--symbol is for" trim a --kernels k -o x.btf --symbol s
wrong "--compress is for" trim a --kernels k -o x.tar --compress xz
wrong "--base is for" trim a --kernels k -o x.tar --base b
wrong "--base is for" trim a -o x.btf --base b
wrong "'x.zip' is no archive" trim a --kernels k -o x.zip
wrong "no BPF object or executable" report --kernels k
wrong "no executable" embed --bundle b
wrong "--bundle takes finished BTFs" embed a --bundle b --kernels k
wrong "--bundle takes finished BTFs" embed a o.bpf.o --bundle b
# A word that --kernels took, and words that were misspelt.
wrong "'exe' too; put it in front of --kernels" embed --kernels k exe
wrong "'a.bpf.o' too" trim -o x.btf --kernels k a.bpf.o
wrong "did you mean '--kernels'" embed exe --kernals k
wrong "did you mean '--select'" verify exe --slect=x
only . out err help in_help in_page

# A result that cannot be written is a failure.
if [ -w /dev/full ]; then
	got=0
	"$COREBTF" --help >/dev/full 2>err || got=$?
	[ "$got" -eq 1 ] || fail "status $got with a full standard output"
	says err "No space left"
fi
