# SPDX-License-Identifier: MIT
# Shared by the tests of samples/go, which source it first and are then in an empty folder. Nothing is
# downloaded: imports are found below GOPATH, Debian's and our own.
# shellcheck shell=sh
. "$SOURCE/tests/support/lib.sh"

debian=/usr/share/gocode
needs go
case $(go version) in
*" go1."[0-9]" "* | *" go1."1[0-7]*) skip "$(go version) has no generics and no fuzzing" ;;
esac
[ -d "$debian/src/github.com/ulikunitz/xz" ] || skip "golang-github-ulikunitz-xz-dev is not here"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GO111MODULE=off GOFLAGS='' GOPATH="$work/own:$debian" TMPDIR="$work"

# The layout in which the samples are installed.
own=$work/own/src/corebtf.example
mkdir -p "$own"
cp -R "$SOURCE/samples/go" "$SOURCE/samples/execsnoop" "$own"
