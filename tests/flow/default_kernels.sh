# SPDX-License-Identifier: MIT
# Without --kernels, or without a path behind it: the cache of fetch, or else the pack that comes with
# corebtf. Each command takes the same, and says which.
. "$FLOW/lib.sh"
make_object flow.bpf.o
make_program exe flow.bpf.o
export HOME="$PWD/home" BTFHUB_CACHE="$PWD/cache"
unset XDG_CACHE_HOME
pack="kernels: those of the pack that came with corebtf, $PACK"
few="--select arch=x86_64,release=6.1.0-50*"

# shellcheck disable=SC2086
each() { # SAYS COUNT [OPTION]
	said=$1 count=$2
	shift 2
	status 0 embed exe "$@" $few -o embedded
	says err "$said"
	says err "$count kernel"
	status 0 trim flow.bpf.o "$@" $few -o trimmed.bundle
	says err "$said"
	status 0 report flow.bpf.o "$@" $few
	says err "$said"
	says err "on $count kernel"
	status 0 verify embedded "$@" $few
	says err "$said"
	says err "on $count kernel"
}
each "$pack" 3
each "$pack" 3 --kernels
status 0 list --kernels
says err "$pack"
says out "$(basename "$PACK"): 6.1.0-50-686-pae"
status 0 btfgen flow.bpf.o --kernels --select arch=x86 -o gen.tar.gz
says err "$pack"
status 0 embed exe --quiet -o embedded
[ -s err ] && fail "not quiet"
[ -e home ] || [ -e cache ] && fail "a cache was made by looking"
(unset HOME BTFHUB_CACHE && status 0 list --kernels && says err "$pack")

# A copy of the command alone has no pack beside it.
mkdir bin
cp "$COREBTF" bin/corebtf
(COREBTF=$PWD/bin/corebtf status 1 embed exe -o none && says err "'corebtf fetch' downloads some")
[ -e none ] && fail "it is written"

# What was fetched comes first.
if have git; then
	git init -q server
	mkdir -p server/debian/12/x86_64
	cp "$KERNELS/$(samples x86_64 | head -1)" server/debian/12/x86_64/6.1.0-50-odd.btf.tar.xz
	git -C server add -A
	git -C server -c user.name=a -c user.email=a@b commit -q -m kernels
	status 0 fetch "$PWD/server"
	cache="kernels: those that 'corebtf fetch' downloaded, in $PWD/cache"
	each "$cache" 1
	each "$cache" 1 --kernels
	# A cache that is there and cannot be used (here bpf-compatible's) is a failure.
	mkdir "cache/btfhub-archive-repos"
	status 1 list --kernels
	says err "$PWD/cache"
	says_not err "came with corebtf"
fi
