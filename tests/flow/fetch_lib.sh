# SPDX-License-Identifier: MIT
# Shared by the tests of fetch: a repository with kernels, and checks of the cache.
needs git

# No user's settings.
export HOME="$PWD/home" GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL="$PWD/home/gitconfig"
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
unset XDG_CACHE_HOME BTFHUB_REPO BTFHUB_CACHE GIT_DIR GIT_WORK_TREE || :
mkdir home
git config --file home/gitconfig init.defaultBranch main
server=$PWD/server url=file://$PWD/server

add_kernel() { # PATH...: files of random bytes, which nothing makes smaller
	for kernel in "$@"; do
		mkdir -p "$server/$(dirname "$kernel")"
		head -c 3000 /dev/urandom >"$server/$kernel"
	done
}

commit() {
	git -C "$server" add -A
	git -C "$server" commit -q -m "$1"
}

git init -q "$server"
git -C "$server" config uploadpack.allowFilter true
git -C "$server" config uploadpack.allowAnySHA1InWant true
# The files of the cache, without git's own and the pack.
files() {
	(cd "$1" && find . -name .git -prune -o -name kernels.pack -prune -o -type f -path '*/*/*' -print -o -type l -print) |
		sed 's|^\./[^/]*/||' | sort
}

# holds NAME...: the one repository in the cache has these files and links, and no others.
holds() {
	files "$BTFHUB_CACHE" >have
	printf '%s\n' "$@" | sort >want
	cmp -s have want || fail "the cache has: $(tr '\n' ' ' <have)"
}

# Blobs that are on this machine.
blobs() {
	git -C "$(echo "$BTFHUB_CACHE"/*-*)" cat-file --batch-all-objects --batch-check='%(objecttype) %(objectsize)' 2>&1 |
		grep -c '^blob [1-9]' || :
}

# requests ARGUMENT...: runs corebtf and counts git's connections to a server.
requests() {
	rm -f trace
	GIT_TRACE=$PWD/trace "$COREBTF" "$@" >out 2>err || fail "corebtf $*: failed"
	grep -c "run_command:.*git-upload-pack" trace || :
}
