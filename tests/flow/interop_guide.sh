# SPDX-License-Identifier: MIT
# docs/interop.md: the tests that it names exist, and the migrations that it describes work.
. "$FLOW/lib.sh"
document=$FLOW/../../docs/interop.md
grep -oE '`[a-z]+(/[a-z_0-9]+)+(\.sh)?`' "$document" | tr -d '`' | sort -u >named
[ "$(wc -l <named)" -ge 20 ] || fail "only $(wc -l <named) tests are named"
while read -r name; do
	[ -e "$FLOW/../$name" ] || [ -e "$FLOW/../$name.c" ] || fail "docs/interop.md: no test $name"
done <named
# No row without one, in the tables of formats.
grep -n '^## Programs that are not yours' "$document" | cut -d: -f1 >guide
[ -s guide ] || fail "docs/interop.md: where do the tables of formats end?"
head -n "$(cat guide)" "$document" | grep '^|' | grep -v -e '^| what ' -e '^|--' >rows
while read -r row; do
	case $row in
	*'`'*/*'` |' | *'| the same |' | *"\`embedder/image/"*) ;;
	*) fail "docs/interop.md: no test in: $row" ;;
	esac
done <rows

# bcc: the finished tool, or a tar for all tools and ld.
make_object a.bpf.o
make_object b.bpf.o -DWITH_MISSING
make_program execsnoop a.bpf.o
status 0 embed execsnoop --kernels "$KERNELS"
status 0 btfgen -o min_core_btfs.tar.gz a.bpf.o b.bpf.o --kernels "$KERNELS"
ld -r -b binary min_core_btfs.tar.gz -o min_core_btfs.tar.o
nm min_core_btfs.tar.o | grep -q _binary_min_core_btfs_tar_gz_start || fail "another symbol"

# A loop over bpftool: its BTFs and those of embed relocate alike.
make_program program
samples x86_64 | while read -r path; do
	mkdir -p "archive/$(dirname "$path")"
	tar -xJf "$KERNELS/$path" -C "archive/$(dirname "$path")"
done
status 0 embed program a.bpf.o b.bpf.o --kernels archive
status 0 verify program a.bpf.o b.bpf.o --kernels archive
status 0 convert program -o min.tar
status 0 convert min.tar min/
[ "$(find min -name '*.btf' | wc -l)" -eq "$(samples x86_64 | wc -l)" ] || fail "not all kernels"
find archive -name '*.btf' | while read -r btf; do
	status 0 trim a.bpf.o b.bpf.o --kernels "$btf" -o one.btf
	same one.btf "min/btfhub-archive/${btf#archive/}"
done
