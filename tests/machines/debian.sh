#!/bin/sh
# SPDX-License-Identifier: MIT
# debian.sh trixie|sid: ./dev deps and ./dev check in a chroot of that Debian, with its compiler and
# libraries. debootstrap makes the chroot from this machine's own Debian mirror. It is kept in
# DOWNLOADS with its packages, which the next run upgrades.
. "$(dirname "$0")/lib.sh"
suite=$1

[ "$(id -u)" = 0 ] || skip "debootstrap needs root"
needs debootstrap unshare chroot apt-get
# What apt calls Debian's main archive here: "URI Debian Debian main".
mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL) $(COMPONENT)' \
	'Created-By: Packages' 2>/dev/null |
	awk '$2 == "Debian" && $3 == "Debian" && $4 == "main" { print $1; exit }')
[ "$mirror" ] || skip "apt has no Debian mirror here"

root=$DOWNLOADS/$suite
if [ ! -e "$root.made" ]; then
	rm -rf --one-file-system "$root"
	mkdir -p "$root"
	debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$work/log" 2>&1 ||
		skip "debootstrap cannot make a $suite: $(tail -n 1 "$work/log")"
	: >"$root.made"
fi
if [ -e /etc/resolv.conf ]; then
	cat /etc/resolv.conf >"$root/etc/resolv.conf"
fi
# A mirror that is some weeks behind has a Release file that has expired.
echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/any-age"
rm -rf "$root/source"
mkdir "$root/source"
tar -C "$SOURCE" --exclude=./build --exclude=./.git -cf - . | tar -C "$root/source" -xf -

# inside COMMAND...: in the chroot, with mounts and processes of its own, which end with it. The root
# is a mount itself, as tests that hide the kernel's BTF change its propagation.
inside() {
	unshare --mount --pid --fork --kill-child sh -c '
		set -e
		mount --bind "$0" "$0"
		mount -t proc proc "$0/proc"
		mount --rbind /sys "$0/sys"
		mount --rbind /dev "$0/dev"
		exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8 \
			DEBIAN_FRONTEND=noninteractive "$@"' "$root" "$@"
}
inside true >"$work/log" 2>&1 || skip "no mounts can be made here: $(tail -n 1 "$work/log")"
inside apt-get -q update >"$work/log" 2>&1 || skip "the mirror cannot be reached from the chroot"
quietly inside apt-get -q -y dist-upgrade
quietly inside /source/dev deps
ok "./dev deps in Debian $(cat "$root/etc/debian_version"), $(inside cc --version | head -n 1)"
quietly inside /source/dev check
ok "./dev check: $(grep 'tests passed' "$work/log")"
sed -n 's/.*: \([^ ]*\) \.*\*\*\*Skipped.*/  skipped: \1/p' "$work/log"
