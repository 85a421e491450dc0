# SPDX-License-Identifier: MIT
# btfgen: the tar that bpf-compatible's script of that name makes, from the cache.
. "$FLOW/lib.sh"
. "$FLOW/fetch_lib.sh"
make_object flow.bpf.o
make_object other.bpf.o -DWITH_MISSING

cp -R "$KERNELS"/debian "$server"/
commit kernels
export BTFHUB_CACHE="$PWD/cache" BTFHUB_REPO="$url"
(cd "$KERNELS" && ls -d */*/*/*.btf.tar.xz) | sed 's|^|./btfhub-archive/|; s|\.tar\.xz$||' | sort >names

# An empty cache is filled; the tar is the script's: its name, packing and layout.
status 0 btfgen flow.bpf.o
says err "6 of 6 kernels"
says err "output.tar: 6 kernels"
gzip -t <output.tar || fail "not packed by gzip"
tar -tzf output.tar | grep -v corebtf.manifest | sort >have
same have names

# Each BTF is the one that trimming one kernel gives.
mkdir out.d
tar -xzf output.tar -C out.d
while read -r name; do
	kernel=$KERNELS/${name#./btfhub-archive/}.tar.xz
	status 0 trim flow.bpf.o --kernels "$kernel" -o one.btf
	same one.btf "out.d/$name"
done <names

# Filled, it is not fetched again: the server is not asked. The same bytes for any order, number
# of threads and way to name an object.
mv server server.away
cp output.tar before.tar
status 0 btfgen --quiet -o again.tar --jobs 1 flow.bpf.o
[ -s err ] && fail "not quiet"
same again.tar before.tar
status 0 btfgen flow.bpf.o other.bpf.o -o both.tar --jobs 4
status 0 btfgen -f other.bpf.o --file flow.bpf.o --output=both2.tar --jobs 1
same both.tar both2.tar
cmp -s both.tar before.tar && fail "the other object changed nothing"

# package.json, from a file of any name.
echo '{"name": "probe"}' >meta.json
status 0 btfgen -j meta.json flow.bpf.o -o with.tar.gz
tar -xzOf with.tar.gz ./package.json >json
same json meta.json
tar -tzf with.tar.gz | grep -v -e corebtf.manifest -e package.json | sort >have
same have names
status 0 btfgen --json meta.json flow.bpf.o -o with.tar.xz
xz -t <with.tar.xz || fail "not packed by xz"
status 0 btfgen flow.bpf.o -o plain-name
gzip -t <plain-name || fail "not packed by gzip"

# Readers of such tars accept it.
status 0 convert with.tar.gz -o bundle --json-to imported.json
same imported.json meta.json
status 0 list bundle
says out "6 kernels"

# --kernels in place of the cache, and --select on both and on what is fetched.
(
	export BTFHUB_CACHE="$PWD/never"
	status 0 btfgen flow.bpf.o --kernels "$KERNELS/debian/13" -o some.tar
	says err "some.tar: 1 kernel,"
	[ -e never ] && fail "fetched for nothing"
	status 1 btfgen flow.bpf.o --kernels "$KERNELS" --select os=gentoo -o none.tar
	says err "corebtf: none.tar: nothing written: --select takes none"
	mv server.away server
	status 0 btfgen flow.bpf.o --select 'os=debian:12,arch=x86_64' -o some.tar
	says err "some.tar: 3 kernels,"
	status 0 list --kernels
	says out "3 kernels"
)

# Failures leave nothing, and are found before anything is fetched.
export BTFHUB_CACHE="$PWD/nothing"
rm output.tar
status 2 btfgen
one_line btfgen "no BPF object given"
status 2 btfgen -j meta.json
one_line btfgen "no BPF object given"
status 1 btfgen nowhere.bpf.o
one_line nowhere.bpf.o "cannot open it"
status 1 btfgen -j nowhere.json flow.bpf.o
one_line nowhere.json "cannot open it"
[ -e nothing ] && fail "fetched before"
BTFHUB_REPO=$PWD/not-there status 1 btfgen flow.bpf.o
one_line "$PWD/not-there" "cannot fetch it: git says: "
[ -e output.tar ] && fail "a tar of nothing"
[ -e none.tar ] && fail "a tar of nothing"

# The other kernels are written when one is damaged; the status is 1.
export BTFHUB_CACHE="$PWD/cache"
echo damaged >"$(echo server/debian/13/x86_64/*.btf.tar.xz)"
commit damaged
status 0 fetch "$url"
says err "1 file cannot be packed"
status 1 btfgen flow.bpf.o
says err "1 kernel BTF could not be used and was left out"
[ "$(tar -tzf output.tar | grep -c '\.btf$')" -eq 5 ] || fail "not the others"
