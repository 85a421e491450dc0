# SPDX-License-Identifier: MIT
# package.sh [PATTERN]: the tests of samples/go/corebtf whose names match, with the cases of the C
# library; or all of them, the format, and `go vet`. The tests find the cases by their place in the
# repository, so the package is linked here and not copied.
. "$(dirname "$0")/lib.sh"

rm -r "$own/go"
ln -s "$SOURCE/samples/go" "$own/go"
if [ $# = 0 ]; then
	unformatted=$(gofmt -l "$SOURCE/samples/go")
	[ -z "$unformatted" ] || fail "to mend it: gofmt -w $unformatted"
	for file in "$SOURCE"/samples/go/*/*.go; do
		[ "$(head -n 1 "$file")" = '// SPDX-License-Identifier: MIT' ] ||
			fail "$file: the first line is not: // SPDX-License-Identifier: MIT"
	done
	quietly go vet corebtf.example/go/corebtf
fi

mkdir sections
"$WRITE_SECTIONS" sections
export COREBTF_LOOKUP_SECTIONS="$work/sections"
quietly go test -vet=off -v -count=1 ${1:+-run "$1"} corebtf.example/go/corebtf
# What the tests need is here.
! grep -e '--- SKIP' log || fail "a test was skipped"
grep -q -e '--- PASS: TestCases/' log || fail "no case was looked up"
ok "$(grep -c -e '--- PASS: TestCases/' log) cases"
