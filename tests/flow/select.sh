# SPDX-License-Identifier: MIT
# --select: which of the kernels that are found go in, and which are compared.
. "$FLOW/lib.sh"
make_object flow.bpf.o
make_program exe flow.bpf.o
samples x86_64 >x86_64
archive=$KERNELS/$(head -1 x86_64)
cp exe exe.before

# Kernels of all kinds. The unwanted ones are not BTFs, so that opening one fails.
tree=archive
sound="debian/12/x86_64/6.1.0-13-amd64 ubuntu/20.04/x86_64/5.4.0-58-generic
	ubuntu/20.04/x86_64/5.15.0-91-generic rhel/8/x86_64/4.18.0-305.el8.x86_64"
unsound="debian/12/arm64/6.1.0-13-arm64 ubuntu/20.04/x86_64/5.4.0-58-aws
	ubuntu/18.04/x86_64/5.4.0-40-generic"
for kernel in $sound $unsound; do
	mkdir -p "$tree/$(dirname "$kernel")"
done
for kernel in $sound; do
	cp "$archive" "$tree/$kernel.btf.tar.xz"
done
for kernel in $unsound; do
	echo "not to be opened" >"$tree/$kernel.btf.tar.xz"
done

# takes RELEASES LEFT_OUT EXPR...: embed takes these kernels, and no others.
takes() {
	releases=$1 left_out=$2
	shift 2
	for expression in "$@"; do
		set -- "$@" --select "$expression"
		shift
	done
	status 0 embed exe --kernels $tree "$@" -o with
	says err "$left_out left out by --select"
	same exe exe.before
	status 0 list with --json
	grep -o '"release": "[^"]*"' out | sed 's/.*: "//; s/"//' | sort >taken
	printf '%s\n' $releases | sort >expected
	same taken expected
}
takes "6.1.0-13-amd64" "6 kernels" os=debian:12,arch=x86_64
takes "5.4.0-58-generic 5.15.0-91-generic" "5 kernels" 'os=ubuntu:20.04,release=*-generic'
takes "5.4.0-58-generic" "6 kernels" 'release>=5.4,<5.15,os=ubuntu:focal,release=*-generic'
takes "5.15.0-91-generic 6.1.0-13-amd64" "5 kernels" 'release>5.4,arch=amd64'
takes "4.18.0-305.el8.x86_64 6.1.0-13-amd64" "5 kernels" 'release<5' 'os=debian,arch=x86_64'
takes "4.18.0-305.el8.x86_64 5.15.0-91-generic" "5 kernels" \
	'!release>=5.4,<5.15' '!os=debian:bookworm'
takes "5.4.0-58-generic 5.15.0-91-generic" "5 kernels" 'os=ubuntu' '!os=*:18.*' '!release=*-aws'

# The test itself: without --select the others are opened.
status 1 embed exe --kernels $tree -o all
says err "$tree/ubuntu/20.04/x86_64/5.4.0-58-aws.btf.tar.xz: "
says_not err "--select"

# Other machines are still for --all-machines, and counted apart.
cp "$archive" $tree/debian/12/arm64/6.1.0-13-arm64.btf.tar.xz
status 0 embed exe --kernels $tree --select os=debian -o with
says err "5 kernels left out by --select"
says err "1 kernel of other machines left out (--all-machines takes them)"
status 0 embed exe --kernels $tree --select os=debian --all-machines -o both
status 0 lookup both --release 6.1.0-13-arm64 --machine arm64 -o btf
status 1 embed exe --kernels $tree --select arch=arm64 -o never
says err "corebtf: exe: nothing written: all 1 selected kernels are for other machines than it"
status 0 embed exe --kernels $tree --select=arch=arm64 --all-machines -o both

# An expression without a match is reported; no kernel at all is an error.
status 0 embed exe --kernels $tree --select os=debian --select os=gentoo --select '!os=arch' -o with
says err "--select 'os=gentoo' takes no kernel"
says err "--select '!os=arch' excludes no kernel"
says_not err "'os=debian'"
status 0 embed exe --kernels $tree --select os=debian --select os=gentoo -o with --quiet
[ -s err ] && fail "not quiet"
status 1 embed exe --kernels $tree --select os=gentoo -o never
says err "corebtf: exe: nothing written: --select takes none of 7 kernels that were found"
status 1 verify with --kernels $tree --select os=gentoo --quiet
one_line with "nothing verified: --select takes none of 7 kernels that were found"
[ -e never ] && fail "a file without kernels"
same exe exe.before

# verify compares what is selected.
status 0 embed exe --kernels $tree --select 'release<5' --select os=debian -o with
status 0 verify with --kernels $tree --select 'release<5'
says err "6 kernels left out by --select"
says err "the same answers on 1 kernel"
status 0 verify with --kernels $tree --select 'os=debian,arch=x86_64' --select os=rhel
says err "the same answers on 2 kernels"

# A malformed expression is reported first, with what is wrong and an example.
wrong() {
	for command in embed verify; do
		status 2 $command nowhere --kernels nowhere --select "$1"
		one_line $command "--select '$1': $2"
		says err "for example 'os=ubuntu:20.04,release>=5.4,<5.15'"
		says err "see 'corebtf help $command'"
	done
}
wrong "debian/12" "'debian/12' is no condition"
wrong "distro=debian" "unknown key 'distro' (there are arch, os and release)"
wrong "os!=debian" "'!=' is no operator: to exclude, write ! in front of the whole expression"
wrong "release>=5.4.0-58-generic" "'5.4.0-58-generic' is not a version: only numbers"
wrong "arch=x86_46" "unknown machine 'x86_46'"
wrong "" "a condition is empty"
# The message's example is valid.
status 0 embed exe --kernels $tree --select 'os=ubuntu:20.04,release>=5.4,<5.15,=*-generic' \
	--select '!arch=arm64' -o with

# list shows the selected kernels, sorted by version, and opens none.
status 0 list --kernels $tree --select os=ubuntu:20.04
says err "4 kernels left out by --select"
[ "$(awk '$1 == "ubuntu" { printf "%s %s %s %s %s\n", $1, $2, $3, $4, $5 }' out)" = \
"ubuntu 20.04 x86_64 5.4.0-58-aws $tree/ubuntu/20.04/x86_64/5.4.0-58-aws.btf.tar.xz
ubuntu 20.04 x86_64 5.4.0-58-generic $tree/ubuntu/20.04/x86_64/5.4.0-58-generic.btf.tar.xz
ubuntu 20.04 x86_64 5.15.0-91-generic $tree/ubuntu/20.04/x86_64/5.15.0-91-generic.btf.tar.xz" ] ||
	fail "wrong table"
says_not out debian
says out "3 kernels"
status 0 list --kernels $tree --quiet
[ -s err ] && fail "not quiet"
says out "7 kernels"
status 0 list --json --kernels $tree --select 'arch=arm64'
if have python3; then
	python3 -c '
import json
kernels = json.load(open("out"))["kernels"]
assert kernels == [{"release": "6.1.0-13-arm64", "machine": "arm64", "os_id": "debian",
	"version_id": "12", "path": "archive/debian/12/arm64/6.1.0-13-arm64.btf.tar.xz",
	"types": ""}], kernels
' || fail "wrong JSON"
fi
status 1 list --kernels $tree --select os=gentoo --quiet
says err "corebtf: --select takes none of 7 kernels that were found"
[ -s out ] && fail "a table of nothing"
status 1 list --kernels $tree nowhere
says err "nowhere: "
says out "7 kernels"
