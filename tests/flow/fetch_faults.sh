# SPDX-License-Identifier: MIT
# fetch: interrupted transfers, killed processes, damage, and hostile repositories.
. "$FLOW/lib.sh"
. "$FLOW/fetch_lib.sh"

export BTFHUB_CACHE="$PWD/cache"
for n in $(seq 1 600); do
	add_kernel debian/12/x86_64/6.1.0-$n-amd64.btf.tar.xz
done
add_kernel ubuntu/20.04/x86_64/5.4.0-1-generic.btf.tar.xz
commit first

# git's process writes its number; the server's data goes through a hook.
mkdir bin
real=$(command -v git)
cat >bin/git <<END
#!/bin/sh
echo \$\$ >$PWD/git.pid
exec $real "\$@"
END
cat >hook <<END
#!/bin/sh
echo pack >>$PWD/packs
case \$(cat $PWD/hook.mode):\$(wc -l <$PWD/packs | tr -d ' ') in
break:3) "\$@" | head -c 2000 ;; # breaks off in the second request for files
kill:3) "\$@" | head -c 2000; kill -9 \$(cat $PWD/git.pid) ;;
wait:*) "\$@" | head -c 2000; touch $PWD/waiting; exec sleep 20 ;;
*) exec "\$@" ;;
esac
END
chmod +x bin/git hook
"$real" config --file home/gitconfig uploadpack.packObjectsHook "$PWD/hook"
PATH=$PWD/bin:$PATH

# Interrupted in the second of three requests: nothing changed, and the first is not repeated.
: >packs
echo none >hook.mode
status 0 fetch --select os=ubuntu "$url"
for mode in break kill; do
	rm -rf cache
	: >packs
	echo $mode >hook.mode
	status 1 fetch --select os=debian "$url"
	says err "256 of 600 files are here now"
	says err "run 'corebtf fetch' again to go on"
	[ $mode = break ] || says err "git was ended by signal 9"
	[ -z "$(files cache)" ] || fail "half of the files"
	echo none >hook.mode
	# As a git that was killed leaves it.
	touch "$(echo cache/*server*/.git)/index.lock" "$(echo cache/*server*/.git)/shallow.lock" \
		"$(echo cache/*server*/.git)/objects/pack/tmp_pack_123456"
	status 0 fetch --select os=debian "$url"
	says err "344 files to download"
	says err "344 of 344 files downloaded"
	[ "$(files cache | wc -l)" -eq 600 ] || fail "not all"
	ls cache/*server*/.git/objects/pack/tmp_* 2>/dev/null && fail "something is left"
done

# Interrupted in an update, then the server is away: the old files are all here.
rm -rf cache
status 0 fetch --select os=ubuntu "$url"
cp "$server/ubuntu/20.04/x86_64/5.4.0-1-generic.btf.tar.xz" before
add_kernel ubuntu/20.04/x86_64/5.4.0-1-generic.btf.tar.xz
commit second
echo pack >packs
echo break >hook.mode
status 1 fetch --select os=ubuntu "$url"
says err "0 of 1 files are here now"
mv "$server" away
status 0 fetch --select os=ubuntu "$url"
says err "what was fetched before is used"
same before cache/*server*/ubuntu/20.04/x86_64/5.4.0-1-generic.btf.tar.xz
mv away "$server"
echo none >hook.mode
status 0 fetch --select os=ubuntu "$url"
same "$server/ubuntu/20.04/x86_64/5.4.0-1-generic.btf.tar.xz" \
	cache/*server*/ubuntu/20.04/x86_64/5.4.0-1-generic.btf.tar.xz

runs() { # PID; a zombie waits for its new parent
	[ -e "/proc/$1/stat" ] && ! grep -q ') Z ' "/proc/$1/stat"
}

# corebtf is killed: it ends git, and the next one can use the cache.
for signal in TERM INT KILL; do
	rm -rf cache waiting
	echo none >hook.mode
	status 0 fetch --select os=ubuntu "$url"
	echo wait >hook.mode
	# A shell lets background processes ignore SIGINT.
	python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$COREBTF" fetch --select os=debian "$url" >out 2>err &
	corebtf=$!
	while [ ! -e waiting ]; do sleep 0.05; done
	kill -$signal $corebtf
	got=0
	wait $corebtf || got=$?
	[ "$got" -gt 128 ] || fail "status $got after SIG$signal"
	# After SIGKILL, the kernel ends git, soon.
	for i in $(seq 100); do
		runs "$(cat git.pid)" || break
		[ $signal = KILL ] && [ $i -lt 100 ] || fail "git goes on after SIG$signal"
		sleep 0.05
	done
	[ "$(files cache)" = ubuntu/20.04/x86_64/5.4.0-1-generic.btf.tar.xz ] || fail "the cache was changed"
	echo none >hook.mode
	status 0 fetch --select 'release=*-17-amd64' "$url"
	[ "$(files cache)" = debian/12/x86_64/6.1.0-17-amd64.btf.tar.xz ] || fail "it did not go on"
done

# A hostile repository: each skipped file is reported, and all others are taken.
"$real" init -q harm
cd harm
"$real" config uploadpack.allowFilter true
blob() {
	printf '%s' "$1" | "$real" hash-object -w --stdin
}
file() { # NAME; names are quoted as git does
	printf '100644 blob %s\t%s\n' "$(blob btf)" "$1"
}
folder() { # TREE NAME
	printf '040000 tree %s\t%s\n' "$1" "$2"
}
link() { # NAME TARGET
	printf '120000 blob %s\t%s\n' "$(blob "$2")" "$1"
}
tree() {
	"$real" mktree --missing
}
one=$(file 6.1.0-1-amd64.btf | tree)
machine=$({
	file 6.1.0-1-amd64.btf
	file '"6.1.0\n-2-amd64.btf"'
	file '"6.1.0\\-3-amd64.btf"'
	file "$(printf '%0260d' 4).btf"
	file ..
	link 6.1.0-5-amd64.btf /etc/hostname
	link 6.1.0-6-amd64.btf ../../../../etc/hostname
	link 6.1.0-7-amd64.btf 6.1.0-8-amd64.btf
	link 6.1.0-8-amd64.btf 6.1.0-7-amd64.btf
	link 6.1.0-9-amd64.btf 6.1.0-1-amd64.btf
	link 6.1.0-10-amd64.btf not-there
	link back ../..
	printf '160000 commit %s\tmodule\n' 1111111111111111111111111111111111111111
} | tree)
debian=$({
	folder "$({ folder "$machine" x86_64; folder "$machine" amd64; } | tree)" 12
	folder "$(folder "$one" x86_64 | tree)" .GIT
} | tree)
above=$(folder "$(folder "$one" x86_64 | tree)" 12 | tree)
root=$({
	folder "$debian" debian
	folder "$above" ..
	folder "$above" .git
	folder "$above" GIT~1
	folder "$above" .github
	file .gitattributes
} | tree)
"$real" update-ref HEAD "$("$real" commit-tree "$root" -m harm)"
cd ..
mkdir harmless
ls -A >before
BTFHUB_CACHE=$PWD/harmless status 1 fetch harm
ls -A | cmp -s - before || fail "something was written outside"
left_out() {
	says err "corebtf: $PWD/harm: '$1' is left out: $2"
}
left_out 'debian/12/x86_64/6.1.0\x0a-2-amd64.btf' "its path has a control character or a backslash in it"
left_out 'debian/12/x86_64/6.1.0\-3-amd64.btf' "its path has a control character or a backslash in it"
left_out "debian/12/x86_64/$(printf '%0260d' 4).btf" "its path has a component that is too long"
left_out debian/12/x86_64/.. "its path leads out of its folder or into git's own"
left_out debian/.GIT/x86_64/6.1.0-1-amd64.btf "its path leads"
left_out ../12/x86_64/6.1.0-1-amd64.btf "its path leads"
left_out .git/12/x86_64/6.1.0-1-amd64.btf "its path leads"
left_out GIT~1/12/x86_64/6.1.0-1-amd64.btf "its path leads"
left_out debian/12/x86_64/6.1.0-5-amd64.btf "this symbolic link leads out of the repository"
left_out debian/12/x86_64/6.1.0-6-amd64.btf "this symbolic link leads out of the repository"
left_out debian/12/x86_64/6.1.0-7-amd64.btf "this symbolic link leads in a circle"
left_out debian/12/x86_64/6.1.0-8-amd64.btf "this symbolic link leads in a circle"
[ "$(grep -c 'is left out' err)" -eq 20 ] || fail "$(grep -c 'is left out' err) lines"
BTFHUB_CACHE=$PWD/harmless
for name in amd64 x86_64; do
	for file in 6.1.0-1-amd64.btf 6.1.0-9-amd64.btf back; do
		echo debian/12/$name/$file
	done
done >expected
holds $(cat expected)
BTFHUB_CACHE=$PWD/cache

# Damage at the server, and in the cache: there the message says what to do, and that helps.
cp -r "$server" damaged
git -C damaged gc -q
chmod u+w damaged/.git/objects/pack/*.pack
dd if=/dev/zero of="$(echo damaged/.git/objects/pack/*.pack)" bs=1000 seek=5 count=30 conv=notrunc 2>dd.log
status 1 fetch damaged
says err "corebtf: $PWD/damaged: cannot "
says err "git says: "

for file in config HEAD; do
	echo '[damaged' >"$(echo cache/*server*/.git/$file)"
	status 1 fetch --select 'release=*-17-amd64' "$url"
	says err "git says: "
	says err "remove the folder $PWD/cache/"
	rm -rf cache/*server*
	status 0 fetch --select 'release=*-17-amd64' "$url"
done
for pack in "$PWD"/cache/*server*/.git/objects/pack/*.pack; do
	chmod u+w "$pack"
	echo damaged >"$pack"
done
# Without lazy fetching git 2.39 crashes on this, and git 2.47 ends; with it, 2.47 tries for ever.
ended=0
GIT_NO_LAZY_FETCH=1 "$real" -C "$(echo cache/*server*)" ls-tree refs/corebtf/fetched >git.out 2>git.log ||
	ended=$?
[ $ended -ne 0 ] || fail "git reads a damaged pack"
status 1 fetch --select 'release=*-17-amd64' "$url"
if [ $ended -gt 128 ]; then
	says err "git was ended by signal $((ended - 128))"
else
	says err "git says: "
fi
says err "remove the folder $PWD/cache/"
rm -rf cache/*server*
status 0 fetch --select 'release=*-17-amd64' "$url"

# Standard error is closed: no message is written into a file that gets its number.
"$COREBTF" fetch --select release=none "$url" 2>&- && fail "nothing is selected"
[ -f cache/.corebtf-fetch ] && [ ! -s cache/.corebtf-fetch ] || fail "a message in the cache's file"

# A repository around the cache is not used in place of a damaged one.
"$real" init -q around
export BTFHUB_CACHE="$PWD/around/a:cache"
status 0 fetch --select os=ubuntu "$url"
echo '[damaged' >"$(echo around/a:cache/*server*/.git/HEAD)"
status 1 fetch --select os=ubuntu "$url"
"$real" -C around config --get remote.origin.url >out && fail "it was taken"
exit 0
