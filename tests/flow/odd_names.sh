# SPDX-License-Identifier: MIT
# Names with spaces, quotes, control characters and no UTF-8, from the file system to the JSON.
. "$FLOW/lib.sh"
make_object flow.bpf.o
make_program "my exe
2" flow.bpf.o
mv "my exe
2" "my \"exe\"
2"
exe="my \"exe\"
2"
archive=$KERNELS/$(samples x86_64 | head -1)
odd=$(printf '5.4 "a\\b" \001\033[31m \303\244 \377')
mkdir -p "tree of mine/de\"b/12/amd64"
cp "$archive" "tree of mine/de\"b/12/amd64/$odd.btf"
status 0 embed "$exe" --kernels "tree of mine"
says err 'my "exe"\x0a2: 1 kernel'
status 0 list "$exe"
says out '5.4 "a\b" \x01\x1b[31m'
LC_ALL=C grep -q "$(printf '\033')" out && fail "a control character came through"
status 0 list "$exe" --json
if have python3; then
	python3 -c '
import json
bundle = json.load(open("out", encoding="utf-8"))
kernel = bundle["kernels"][0]
assert kernel["release"] == "5.4 \"a\\b\" \x01\x1b[31m \u00e4 \ufffd", kernel
assert kernel["os_id"] == "de\"b", kernel
assert kernel["machine"] == "x86_64", kernel
' || fail "wrong JSON"
fi
status 0 lookup "$exe" --release "$odd" -o looked-up
status 0 trim flow.bpf.o --kernels "$archive" -o trimmed.btf
same looked-up trimmed.btf
status 1 lookup "$exe" --release "$(printf 'no\033[2J')"
LC_ALL=C grep -q "$(printf '\033')" out err && fail "a control character came through"

# A name that starts with a dash.
cp "$exe" -- --exe
status 0 list -- --exe
status 0 embed --kernels "tree of mine" -- --exe flow.bpf.o
