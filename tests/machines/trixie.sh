#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian 13 (trixie): ./dev deps and ./dev check in a chroot, with that release's compiler and
# libraries. The chroot is made by debootstrap from this machine's own Debian mirror and kept in
# DOWNLOADS with its packages.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" = 0 ] || skip "debootstrap needs root"
needs debootstrap unshare chroot apt-get
# What apt calls Debian's main archive here: "URI Debian Debian main".
mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL) $(COMPONENT)' \
	'Created-By: Packages' 2>/dev/null |
	awk '$2 == "Debian" && $3 == "Debian" && $4 == "main" { print $1; exit }')
[ "$mirror" ] || skip "apt has no Debian mirror here"

root=$DOWNLOADS/trixie
if [ ! -e "$root.made" ]; then
	rm -rf --one-file-system "$root"
	mkdir -p "$root"
	debootstrap --variant=minbase trixie "$root" "$mirror" >"$work/log" 2>&1 ||
		skip "debootstrap cannot make a trixie: $(tail -n 1 "$work/log")"
	: >"$root.made"
fi
if [ -e /etc/resolv.conf ]; then
	cat /etc/resolv.conf >"$root/etc/resolv.conf"
fi
rm -rf "$root/source"
mkdir "$root/source"
tar -C "$SOURCE" --exclude=./build --exclude=./.git -cf - . | tar -C "$root/source" -xf -

# inside COMMAND...: in the chroot, with mounts and processes of its own, which end with it.
inside() {
	unshare --mount --pid --fork --kill-child sh -c '
		set -e
		mount -t proc proc "$0/proc"
		mount --rbind /sys "$0/sys"
		mount --rbind /dev "$0/dev"
		exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8 \
			DEBIAN_FRONTEND=noninteractive "$@"' "$root" "$@"
}
inside true >"$work/log" 2>&1 || skip "no mounts can be made here: $(tail -n 1 "$work/log")"
inside apt-get -q update >"$work/log" 2>&1 || skip "the mirror cannot be reached from the chroot"
quietly inside /source/dev deps
ok "./dev deps in Debian $(cat "$root/etc/debian_version")"
quietly inside /source/dev check
ok "./dev check: $(grep 'tests passed' "$work/log")"
sed -n 's/.*: \([^ ]*\) \.*\*\*\*Skipped.*/  skipped: \1/p' "$work/log"
