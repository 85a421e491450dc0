# SPDX-License-Identifier: MIT
# package.sh [PATTERN]: the tests of samples/go/corebtf whose names match, with the cases of the C
# library; or all of them, the format, and `go vet`, and then the answers of the package for some hundred
# made-up kernels, which the C library must give, too. The tests find the cases by their place in the
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
quietly go test -vet=off -c -o tests corebtf.example/go/corebtf

# tests PATTERN
tests() {
	(cd "$SOURCE/samples/go/corebtf" && quietly "$work/tests" -test.v -test.run "$1")
	# What the tests need is here.
	! grep -e '--- SKIP' log || fail "a test was skipped"
}

mkdir sections random
"$WRITE_SECTIONS" sections
export COREBTF_LOOKUP_SECTIONS="$work/sections" COREBTF_RANDOM="$work/random"
if [ $# = 0 ]; then
	tests TestWriteBundles
	COREBTF_LOOKUP_CASES=$work/random/bundles.cases "$WRITE_SECTIONS" random
fi
tests "${1:-.}"
grep -q -e '--- PASS: TestCases/' log || fail "no case was looked up"
ok "$(grep -c -e '--- PASS: TestCases/' log) cases"
[ $# = 0 ] || exit 0

count=$(grep -c '^case' random/random.cases)
[ "$count" -gt 500 ] || fail "only $count made-up kernels"
COREBTF_LOOKUP_CASES=$work/random/random.cases quietly "$CHOOSE_TEST"
ok "$count made-up kernels: the answers of the C library"
