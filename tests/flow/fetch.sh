# SPDX-License-Identifier: MIT
# fetch: kernels of git repositories in the cache, and --kernels without a path.
. "$FLOW/lib.sh"
. "$FLOW/fetch_lib.sh"

for n in 1 2 3; do
	add_kernel debian/12/x86_64/6.1.0-$n-amd64.btf.tar.xz debian/12/arm64/6.1.0-$n-arm64.btf.tar.xz \
		ubuntu/bionic/x86_64/4.15.0-$n-generic.btf.tar.xz rhel/7/x86_64/3.10.0-$n.el7.x86_64.btf.tar.xz
done
ln -s bionic "$server/ubuntu/18.04"
mkdir "$server/centos"
ln -s ../rhel/7 "$server/centos/7"
ln -s x86_64/6.1.0-3-amd64.btf.tar.xz "$server/debian/12/newest"
echo "for people" >"$server/README.md"
touch "$server/debian/12/x86_64/6.1.0-9-amd64.failed"
commit first

# Where the cache is.
status 0 fetch --select os=debian:12,arch=arm64 "$url"
files home/.cache/corebtf/btfhub | grep -qx debian/12/arm64/6.1.0-1-arm64.btf.tar.xz || fail "not in ~/.cache"
XDG_CACHE_HOME=$PWD/xdg status 0 fetch --select os=debian:12,arch=arm64 "$server"
files xdg/corebtf/btfhub | grep -qx debian/12/arm64/6.1.0-1-arm64.btf.tar.xz || fail "not in \$XDG_CACHE_HOME"
BTFHUB_CACHE=below/this XDG_CACHE_HOME=$PWD/never status 0 fetch --select os=debian:12,arch=arm64 ./server
files below/this | grep -qx debian/12/arm64/6.1.0-1-arm64.btf.tar.xz || fail "not in \$BTFHUB_CACHE"
[ -e never ] && fail "BTFHUB_CACHE comes first"
head -1 below/this/CACHEDIR.TAG | grep -qx "Signature: 8a477f597d28d172789f06886806bc55" || fail "no tag"

# Only what is selected is downloaded: one request for the commit, one for links, one for files.
export BTFHUB_CACHE="$PWD/cache"
amd64="debian/12/x86_64/6.1.0-1-amd64.btf.tar.xz debian/12/x86_64/6.1.0-2-amd64.btf.tar.xz
	debian/12/x86_64/6.1.0-3-amd64.btf.tar.xz"
bionic="ubuntu/18.04 ubuntu/bionic/x86_64/4.15.0-1-generic.btf.tar.xz
	ubuntu/bionic/x86_64/4.15.0-2-generic.btf.tar.xz ubuntu/bionic/x86_64/4.15.0-3-generic.btf.tar.xz"
count=$(requests fetch --select os=debian:12,arch=x86_64 "$url")
[ "$count" -eq 3 ] || fail "$count requests"
says err "3 of 12 kernels selected; 3 files to download"
holds $amd64 debian/12/newest
[ "$(blobs)" -eq 6 ] || fail "$(blobs) blobs for 3 links and 3 files"
same "$server/debian/12/x86_64/6.1.0-2-amd64.btf.tar.xz" cache/*/debian/12/x86_64/6.1.0-2-amd64.btf.tar.xz

# A narrow selection, a wider, a narrower one; files that were here are not downloaded again.
count=$(requests fetch --select os=debian:12,arch=x86_64 --select os=ubuntu "$url")
[ "$count" -eq 2 ] || fail "$count requests"
says err "6 of 12 kernels selected; 3 files to download"
holds $amd64 $bionic debian/12/newest
count=$(requests fetch --select 'release=*-2-amd64' "$url")
[ "$count" -eq 1 ] || fail "$count requests"
holds debian/12/x86_64/6.1.0-2-amd64.btf.tar.xz
count=$(requests fetch --select os=debian:12,arch=x86_64 --select os=ubuntu "$url")
[ "$count" -eq 1 ] || fail "$count requests"
holds $amd64 $bionic debian/12/newest

# By either name of a folder with a link to it.
el7="rhel/7/x86_64/3.10.0-1.el7.x86_64.btf.tar.xz rhel/7/x86_64/3.10.0-2.el7.x86_64.btf.tar.xz
	rhel/7/x86_64/3.10.0-3.el7.x86_64.btf.tar.xz"
for name in centos:7 rhel:7; do
	status 0 fetch --select os=$name "$url"
	holds $el7 centos/7
	status 0 fetch --select os=ubuntu:18.04 "$url"
	holds $bionic
done
[ "$(readlink cache/*/ubuntu/18.04)" = bionic ] || fail "no link"

# A terminal sees git's progress, and nothing with --quiet.
if have script; then
	rm -rf cache
	TERM=xterm script -qec "'$COREBTF' fetch --select os=ubuntu:18.04 '$url'" typescript >/dev/null
	says typescript "Receiving objects: 100%"
	says typescript "3 files downloaded"
	rm -rf cache
	TERM=xterm script -qec "'$COREBTF' fetch --quiet --select os=ubuntu:18.04 '$url'" typescript >/dev/null
	says_not typescript "objects"
	holds $bionic
fi

# Nothing selected: the cache is unchanged. All: without READMEs and other files.
status 1 fetch --select os=gentoo "$url"
one_line "$url" "--select takes none of its 12 kernels"
holds $bionic
status 0 fetch --select os=gentoo --select os=ubuntu "$url"
says err "--select 'os=gentoo' takes no kernel"
status 0 fetch "$url"
says err "12 of 12 kernels"
[ "$(files cache | wc -l)" -eq 15 ] || fail "not all"
status 0 fetch --quiet "$url"
[ -s err ] && fail "not quiet"

# --kernels without a path is the cache, at the end or before another option.
status 0 list --kernels
says out "12 kernels"
says out "$PWD/cache/"
status 0 list --kernels --select os=rhel
says out "3 kernels"
status 0 list --select=os=rhel --kernels --quiet
says out "3 kernels"
(BTFHUB_CACHE=$PWD/nowhere status 0 list --kernels && says err "came with corebtf")
[ -e nowhere ] && fail "a cache was made by looking"
# With a path, and as =PATH, only that path is used.
(BTFHUB_CACHE=$PWD/nowhere status 0 list --kernels "$server/rhel" && says out "3 kernels")
(BTFHUB_CACHE=$PWD/nowhere status 0 list --kernels="$server/rhel" --quiet && says out "3 kernels")
status 0 list --kernels --
says out "12 kernels"
status 2 list --kernels -- exe
one_line list "either FILE or --kernels"

# Update: a new, a changed and a removed file; then another history.
add_kernel debian/12/x86_64/6.1.0-4-amd64.btf.tar.xz debian/12/x86_64/6.1.0-2-amd64.btf.tar.xz
git -C "$server" rm -q debian/12/x86_64/6.1.0-1-amd64.btf.tar.xz
commit second
status 0 fetch --select os=debian,arch=x86_64 "$url"
says err "2 files to download"
holds debian/12/newest debian/12/x86_64/6.1.0-2-amd64.btf.tar.xz \
	debian/12/x86_64/6.1.0-3-amd64.btf.tar.xz debian/12/x86_64/6.1.0-4-amd64.btf.tar.xz
same "$server/debian/12/x86_64/6.1.0-2-amd64.btf.tar.xz" cache/*/debian/12/x86_64/6.1.0-2-amd64.btf.tar.xz
git -C "$server" checkout -q --orphan again
git -C "$server" branch -q -D main
git -C "$server" branch -q -m main
add_kernel debian/12/x86_64/6.1.0-5-amd64.btf.tar.xz
commit forced
status 0 fetch --select os=debian,arch=x86_64 "$url"
says err "1 file to download"
[ -e cache/*/debian/12/x86_64/6.1.0-5-amd64.btf.tar.xz ] || fail "no new file"

# Changed or deleted files in the cache are restored; files of others stay.
changed=$(echo cache/*/debian/12/x86_64/6.1.0-4-amd64.btf.tar.xz)
echo changed >"$changed"
rm cache/*/debian/12/x86_64/6.1.0-3-amd64.btf.tar.xz
echo mine >"$(dirname "$changed")/mine"
status 0 fetch --select os=debian,arch=x86_64 "$url"
same "$server/debian/12/x86_64/6.1.0-4-amd64.btf.tar.xz" "$changed"
same "$server/debian/12/x86_64/6.1.0-3-amd64.btf.tar.xz" cache/*/debian/12/x86_64/6.1.0-3-amd64.btf.tar.xz
[ -e "$(dirname "$changed")/mine" ] || fail "somebody's file is gone"
rm "$(dirname "$changed")/mine"

# Offline: the files that are here are used, for the same selection and for less; more is an error.
mv server server.away
status 0 fetch --select os=debian,arch=x86_64 "$url"
says err "cannot update it: git says: "
says err "what was fetched before is used"
status 0 fetch --quiet --select 'release=*-5-amd64' "$url"
one_line "$url" "what was fetched before is used"
holds debian/12/x86_64/6.1.0-5-amd64.btf.tar.xz
mv server.away server
add_kernel fedora/39/x86_64/6.5.6-300.fc39.x86_64.btf.tar.xz
commit "a kernel that is not here"
status 0 fetch --select 'os=debian' "$url"
mv server server.away
status 1 fetch "$url"
says err "1 of 14 selected files are not here"
[ -e cache/*/debian/12/x86_64/6.1.0-5-amd64.btf.tar.xz ] || fail "what is here is gone"
status 1 fetch --select os=fedora "$url"
says err "1 of 1 selected files are not here"
[ -e cache/*/debian/12/x86_64/6.1.0-5-amd64.btf.tar.xz ] || fail "what is here is gone"
status 1 fetch "$PWD/never-there"
one_line "$PWD/never-there" "cannot fetch it: git says: "
mv server.away server
status 0 fetch "$url"
[ -e cache/*server*/fedora/39/x86_64/6.5.6-300.fc39.x86_64.btf.tar.xz ] || fail "not online again"

# A server that does not filter: everything is downloaded, and works.
export BTFHUB_CACHE="$PWD/unfiltered"
git -C "$server" config uploadpack.allowFilter false
status 0 fetch --select os=rhel "$url"
says err "cannot leave files out: it sent all"
holds $el7 centos/7
count=$(requests fetch --select os=ubuntu "$url")
[ "$count" -eq 1 ] || fail "$count requests"
holds $bionic
add_kernel rhel/7/x86_64/3.10.0-4.el7.x86_64.btf.tar.xz
commit "for a server that does not filter"
status 0 fetch --select os=rhel "$url"
says_not err "sent all"
holds $el7 centos/7 rhel/7/x86_64/3.10.0-4.el7.x86_64.btf.tar.xz
git -C "$server" config uploadpack.allowFilter true

# Two repositories, from the variable; a selection need not find something in both.
git init -q other
mkdir -p other/alpine/3.19/x86_64
echo x >other/alpine/3.19/x86_64/6.6.7-0-lts.btf
git -C other add -A
git -C other commit -q -m other
export BTFHUB_CACHE="$PWD/two" BTFHUB_REPO="$PWD/other,,$url,$PWD/other/"
status 0 fetch
[ "$(ls two | grep -c -e '-[0-9a-f]*$')" -eq 2 ] || fail "not two folders"
status 0 list --kernels
says out "alpine"
says out "ubuntu"
status 0 fetch --select os=alpine
[ "$(files two)" = alpine/3.19/x86_64/6.6.7-0-lts.btf ] || fail "not alpine alone"
status 1 fetch --select os=gentoo
[ "$(files two)" = alpine/3.19/x86_64/6.6.7-0-lts.btf ] || fail "not as it was"
says err "corebtf: $url: --select takes none"
says err "corebtf: $PWD/other: --select takes none"
status 0 fetch --select os=rhel "$url"
status 0 list --kernels
says out "alpine"
says out "rhel"
unset BTFHUB_REPO

# Names that are not repositories. ext:: would run a command.
export BTFHUB_CACHE="$PWD/refusing"
status 1 fetch -- -x
one_line -x "it starts with '-'"
status 1 fetch "$(printf 'a\nb')"
one_line 'a\x0ab' "control character"
status 1 fetch "ext::sh -c touch% $PWD/touched"
says err "is refused: git would give it to a helper program ('ext::')"
status 1 fetch ""
says err "empty"
[ -e touched ] && fail "a command was run"
[ -e refusing ] && fail "a cache for nothing"
status 1 fetch http://somebody:secret@127.0.0.1:1/x
says err "corebtf: http://127.0.0.1:1/x: cannot fetch it: git says: "
says_not err secret
status 2 fetch --select os "$url"
one_line fetch "--select 'os'"

# Folders that are not repositories, empty ones, and ones without kernels.
mkdir plain
status 1 fetch plain
one_line "$PWD/plain" "cannot fetch it: git says: "
git init -q empty
status 1 fetch empty
one_line "$PWD/empty" "cannot fetch it: git says: "
git init -q kernelless
echo x >kernelless/README.md
git -C kernelless add -A
git -C kernelless commit -q -m x
status 1 fetch kernelless
says err "it has no kernel BTF"

# Folders of others are left alone.
mkdir foreign
echo mine >foreign/file
(BTFHUB_CACHE=$PWD/foreign status 1 fetch "$url" && one_line "$PWD/foreign" "is not of corebtf fetch")
only foreign file
mkdir -p script/btfhub-archive-repos script/btfhub-archive/debian/12/x86_64
echo trimmed >script/btfhub-archive/debian/12/x86_64/6.1.0-1-amd64.btf
(BTFHUB_CACHE=$PWD/script status 1 fetch "$url" && one_line "$PWD/script" "btfgen script")
(BTFHUB_CACHE=$PWD/script status 1 list --kernels && says err "btfgen script")
export BTFHUB_CACHE="$PWD/cache"
status 0 fetch --select os=rhel "$url"
folder=$(echo cache/*server*)
mv "$folder" moved
mkdir "$folder"
echo mine >"$folder/file"
status 1 fetch "$url"
one_line "$url" "is no repository; it is left alone"
only "$folder" file
rm -r "$folder"
mv moved "$folder"

# One at a time.
if have flock; then
	got=0
	flock cache/.corebtf-fetch "$COREBTF" fetch "$url" >out 2>err || got=$?
	[ "$got" -eq 1 ] || fail "status $got"
	one_line "$PWD/cache" "another corebtf fetch is at work in it"
fi

# Inside a hook, git's variables name the hook's repository; settings of the user could start things.
git init -q bystander
cp -r bystander bystander.before
git config --file home/gitconfig core.fsmonitor "touch $PWD/touched"
git config --file home/gitconfig core.autocrlf true
mkdir hooks
printf '#!/bin/sh\ntouch %s/touched\n' "$PWD" >hooks/reference-transaction
chmod +x hooks/reference-transaction
git config --file home/gitconfig core.hooksPath "$PWD/hooks"
export GIT_DIR="$PWD/bystander/.git" GIT_WORK_TREE="$PWD/bystander" GIT_INDEX_FILE="$PWD/bystander/index"
rm -rf cache
status 0 fetch "$url" "$PWD/other"
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
same cache/*_other-*/alpine/3.19/x86_64/6.6.7-0-lts.btf other/alpine/3.19/x86_64/6.6.7-0-lts.btf
diff -r bystander bystander.before >diff.log || fail "a bystander was changed"
[ -e touched ] && fail "a program of the settings was run"
git config --file home/gitconfig --unset core.hooksPath
git config --file home/gitconfig --unset core.fsmonitor
