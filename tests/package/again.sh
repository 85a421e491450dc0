#!/bin/sh
# SPDX-License-Identifier: MIT
# again.sh installed|build_tree [GENERATOR]: builds a copy of samples/execsnoop as a project of its
# own, with find_package(CoreBTF) from an installation that was moved or from the build folder, and
# checks when its link is repeated: for each input that counts, and for nothing else. The folders
# have spaces in their names, which a list of dependencies has to escape.
. "$(dirname "$0")/lib.sh"
GENERATOR=${2:-$GENERATOR}
case $GENERATOR in
Ninja*) have ninja || skip "ninja is not here" ;;
*) have make || skip "make is not here" ;;
esac

make_project() {
	quietly "$CMAKE" --build "$work/a build"
}

# A new link makes a new file, so its inode changes even within one tick of the clock.
identity() {
	stat -c '%i %y' "$work/a build/execsnoop"
}

# expect_kernels COUNT: how many the executable carries.
expect_kernels() {
	count=$("$COREBTF" list "$work/a build/execsnoop" | grep -c '^debian ') || count=0
	[ "$count" = "$1" ] || fail "$count kernels in the executable, not $1"
}

# expect same|new WHAT: builds, and compares with the executable before.
expect() {
	before=$(identity)
	make_project
	after=$(identity)
	if [ "$1" = same ]; then
		[ "$before" = "$after" ] || fail "$2: linked again"
	else
		[ "$before" != "$after" ] || fail "$2: not linked again"
	fi
	printf 'ok: %s: %s\n' "$2" "$1"
}

# A time stamp is compared with the last link's: wait until the clock has moved on.
later() {
	sleep 1.1
}

# Two kernels of this machine, whatever machine that is: a BTF does not say.
cp -R "$SOURCE/samples/execsnoop" "$work/a source"
: >"$work/a source/bpf_only.h"
echo '#include "bpf_only.h"' >>"$work/a source/execsnoop.bpf.c"
kernels=$work/some\ kernels/debian/0/$(uname -m)
mkdir -p "$kernels"
cp "$KERNELS/debian/11/x86_64/5.10.0-30-cloud-amd64.btf.tar.xz" \
	"$kernels/5.10.0-1.btf.tar.xz"
cp "$KERNELS/debian/12/x86_64/6.1.0-50-cloud-amd64.btf.tar.xz" \
	"$kernels/6.1.0-1.btf.tar.xz"
echo "no BTF" >"$kernels/README"
cp "$COREBTF" "$work/corebtf"

case $1 in
installed)
	install_package
	package=-DCMAKE_PREFIX_PATH=$work/prefix
	;;
build_tree)
	package=-DCoreBTF_DIR=$BUILD
	;;
*)
	fail "unknown kind: $1"
	;;
esac

quietly configure "$work/a build" "$work/a source" -G "$GENERATOR" "$package" \
	-DSAMPLES_KERNELS="$work/some kernels" -DCOREBTF_EMBEDDER="$work/corebtf"
make_project
expect_kernels 2

expect same "nothing changed"
later
touch "$kernels/README"
expect same "a file that is no input"
touch "$work/a source/execsnoop.bpf.c"
expect new "the BPF program"
later
touch "$work/a source/bpf_only.h"
expect new "a header of the BPF program"
later
touch "$kernels/6.1.0-1.btf.tar.xz"
expect new "a kernel BTF"
later
touch "$work/corebtf"
expect new "the embedder"
rm "$kernels/6.1.0-1.btf.tar.xz"
expect new "a kernel BTF that is gone"
expect_kernels 1
cp -p "$kernels/5.10.0-1.btf.tar.xz" "$kernels/5.10.0-2.btf.tar.xz"
expect new "a kernel BTF that came with an old time stamp"
expect_kernels 2
expect same "nothing changed since"

# A link whose embedding failed is not done, although the linker has written the file.
cp -p "$kernels/5.10.0-2.btf.tar.xz" "$work/sound"
echo "no BTF" >"$kernels/5.10.0-2.btf.tar.xz"
"$CMAKE" --build "$work/a build" >"$work/log" 2>&1 && fail "a broken kernel BTF: no failure"
grep -q "5.10.0-2.btf.tar.xz" "$work/log" || fail "a broken kernel BTF: not named"
"$CMAKE" --build "$work/a build" >"$work/log" 2>&1 && fail "a broken kernel BTF: a failure only once"
printf 'ok: a broken kernel BTF: fails, and fails again\n'
cp -p "$work/sound" "$kernels/5.10.0-2.btf.tar.xz"
make_project
expect_kernels 2
printf 'ok: the sound one is back: embedded\n'

# A pack is one file, and the one dependency.
"$COREBTF" pack --quiet "$work/some kernels" -o "$work/two kernels.pack"
quietly configure "$work/a build" "$work/a source" -G "$GENERATOR" "$package" \
	-DSAMPLES_KERNELS="$work/two kernels.pack" -DCOREBTF_EMBEDDER="$work/corebtf"
expect new "a pack"
expect_kernels 2
expect same "nothing changed since"
later
touch "$kernels/5.10.0-2.btf.tar.xz"
expect same "a BTF that the pack was made of"
"$COREBTF" pack --quiet "$kernels/5.10.0-1.btf.tar.xz" -o "$work/two kernels.pack"
expect new "a new pack in its place"
expect_kernels 1
# Without any, it is the pack that comes with corebtf.
quietly configure "$work/a build" "$work/a source" -G "$GENERATOR" "$package" \
	-DSAMPLES_KERNELS= -DCOREBTF_EMBEDDER="$work/corebtf"
expect new "the shipped pack"
[ "$("$COREBTF" list "$work/a build/execsnoop" | grep -c '^debian ')" -gt 2 ] || fail "not the shipped pack"
expect same "nothing changed since"
