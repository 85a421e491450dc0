# SPDX-License-Identifier: MIT
# fetch: the cache is a pack of the selected kernels, always the one that `corebtf pack` makes of the
# repository's own files, and git's copies are gone.
. "$FLOW/lib.sh"
. "$FLOW/fetch_lib.sh"
needs clang
needs llvm-objcopy

number=0
add_btf() { # PATH...: small BTFs, each with a type of its own
	for kernel in "$@"; do
		number=$((number + 1))
		echo "struct s$number { int a; } x$number;" |
			clang -target bpf -g -c -x c - -o btf.o
		mkdir -p "$server/$(dirname "$kernel")"
		llvm-objcopy --dump-section ".BTF=$server/${kernel%.btf*}.btf" btf.o btf.out
		case $kernel in
		*.tar.xz)
			(cd "$server/$(dirname "$kernel")" && name=$(basename "$kernel" .tar.xz) &&
				tar -cJf "$name.tar.xz" "$name" && rm "$name")
			;;
		esac
	done
}

# as_packed EXPRESSION...: the cache is the pack of these kernels of the repository, and nothing else.
as_packed() {
	for expression; do
		shift
		set -- "$@" --select "$expression"
	done
	status 0 pack "$server" "$@" -o expected.pack
	same expected.pack "$(echo "$BTFHUB_CACHE"/*-*)/kernels.pack"
	[ -z "$(files "$BTFHUB_CACHE")" ] || fail "files beside the pack: $(files "$BTFHUB_CACHE")"
	[ -e "$(echo "$BTFHUB_CACHE"/*-*)/.git/corebtf-files" ] && fail "unpacked files are left"
	[ "$(ls "$(echo "$BTFHUB_CACHE"/*-*)"/.git/corebtf-*.pack | wc -l)" -eq 1 ] || fail "old packs are left"
}

# downloads COUNT ARGUMENT...: so many files are downloaded, and no others are on this machine.
downloads() {
	wanted=$1
	shift
	status 0 fetch "$@" "$url"
	says err "; $wanted file"
	[ "$(blobs)" -eq "$links" ] || fail "git has $(blobs) files"
}

export BTFHUB_CACHE="$PWD/cache"
for n in 1 2 3; do
	add_btf debian/12/x86_64/6.1.0-$n-amd64.btf.tar.xz ubuntu/bionic/x86_64/4.15.0-$n-generic.btf
done
add_btf debian/12/arm64/6.1.0-1-arm64.btf
ln -s bionic "$server/ubuntu/18.04"
commit first
links=1
downloads 7
as_packed
status 0 list --kernels
says out "7 kernels"

# Less is no download, nor is what was fetched once.
count=$(requests fetch --select os=debian:12,arch=x86_64 "$url")
[ "$count" -eq 1 ] || fail "$count requests"
as_packed os=debian:12,arch=x86_64
downloads 0 --select os=ubuntu:18.04
as_packed os=ubuntu
before=$(stat -c '%i %y' cache/*/kernels.pack)
downloads 0 --select os=ubuntu:bionic
[ "$(stat -c '%i %y' cache/*/kernels.pack)" = "$before" ] || fail "written again for nothing"
downloads 0
as_packed

# A new file, a changed one, and one that is gone.
add_btf debian/12/x86_64/6.1.0-4-amd64.btf.tar.xz debian/12/x86_64/6.1.0-2-amd64.btf.tar.xz
git -C "$server" rm -q ubuntu/bionic/x86_64/4.15.0-1-generic.btf
commit second
downloads 2
as_packed
# Two kernels with each other's BTF: git's objects are the same as before.
mv "$server/ubuntu/bionic/x86_64/4.15.0-2-generic.btf" swapped
mv "$server/ubuntu/bionic/x86_64/4.15.0-3-generic.btf" "$server/ubuntu/bionic/x86_64/4.15.0-2-generic.btf"
mv swapped "$server/ubuntu/bionic/x86_64/4.15.0-3-generic.btf"
commit swapped
downloads 2
as_packed
# Another link: its kernels have another name, whichever of the two is taken.
ln -s bionic "$server/ubuntu/a-name"
links=2
commit "a name"
status 0 fetch "$url"
as_packed

# What is no BTF stays a file, until it is one.
echo damaged >"$server/debian/12/arm64/6.1.0-2-arm64.btf"
commit damaged
status 0 fetch "$url"
says err "1 file cannot be packed and stays as it is"
holds debian/12/arm64/6.1.0-2-arm64.btf
status 0 fetch -v "$url"
says err "debian/12/arm64/6.1.0-2-arm64.btf stays a file"
status 0 list --kernels
says out "8 kernels"
add_btf debian/12/arm64/6.1.0-2-arm64.btf
commit repaired
status 0 fetch "$url"
as_packed

# A pack that is gone is made again of what is here; what is damaged, of what is downloaded.
rm cache/*/kernels.pack
downloads 0
as_packed
size=$(stat -c %s cache/*/kernels.pack)
printf xyz | dd of="$(echo cache/*/kernels.pack)" bs=1 seek=$((size - 8)) conv=notrunc 2>dd.log
downloads 0
as_packed
for damage in "echo damaged" "head -c 100" true; do
	list=$(echo cache/*/.git/corebtf.packed)
	cp "$list" saved
	$damage <saved >"$list"
	downloads 8
	as_packed
done
pack=$(echo cache/*/.git/corebtf-*.pack)
chmod u+w "$pack"
printf x | dd of="$pack" bs=1 seek=200 conv=notrunc 2>dd.log
downloads 8
as_packed

# Offline: from what was packed.
mv server away
status 0 fetch --select os=debian,arch=arm64 "$url"
mv away server
as_packed os=debian,arch=arm64
add_btf debian/12/arm64/6.1.0-9-arm64.btf
commit third
downloads 0 --select os=ubuntu
mv server away
status 1 fetch "$url"
says err "1 of 9 selected files are not here"
mv away server
status 1 list --kernels --select release=6.1.0-9-arm64
status 0 list --kernels
says out "8 kernels"

# Killed between unpacking and packing, and between packing and the removal of git's copies: the pack is
# the old one or the new one, and the next run goes on without a download.
real=$(command -v git)
mkdir bin
cat >bin/git <<END
#!/bin/sh
case " \$* " in *" \$(cat $PWD/kill.at) "*)
	echo x >>$PWD/reached
	[ \$(wc -l <$PWD/reached) -lt \$(cat $PWD/kill.count) ] || kill -9 \$PPID ;;
esac
exec $real "\$@"
END
chmod +x bin/git
for at in "checkout-index 2" "show-index 1"; do
	echo "${at% *}" >kill.at
	echo "${at#* }" >kill.count
	rm -f reached
	status 0 fetch "$url"
	as_packed
	cp cache/*/kernels.pack before.pack
	add_btf debian/12/x86_64/6.1.0-1-amd64.btf.tar.xz
	commit "killed at ${at% *}"
	got=0
	PATH=$PWD/bin:$PATH "$COREBTF" fetch "$url" >out 2>err || got=$?
	[ $got -eq 137 ] || fail "status $got, killed at ${at% *}"
	if [ "${at% *}" = checkout-index ]; then
		same before.pack "$(echo cache/*/kernels.pack)"
	else
		status 0 pack "$server" -o expected.pack
		same expected.pack "$(echo cache/*/kernels.pack)"
	fi
	count=$(requests fetch "$url")
	[ "$count" -eq 1 ] || fail "$count requests after it was killed at ${at% *}"
	as_packed
	[ "$(blobs)" -eq "$links" ] || fail "git has $(blobs) files"
done

# A server that sends everything: git keeps that, and a new cache is made of it without a download.
export BTFHUB_CACHE="$PWD/unfiltered"
git -C "$server" config uploadpack.allowFilter false
status 0 fetch "$url"
as_packed
rm unfiltered/*/kernels.pack unfiltered/*/.git/corebtf*
status 0 fetch "$url"
says err "; 0 files downloaded"
as_packed
