# SPDX-License-Identifier: MIT
# What corebtf exec does to mounts: everything stays where it was for the program, and nothing changes
# for anyone else; in a chroot, with a read-only /, without /boot, /sys or /proc.
[ "$(id -u)" = 0 ] || { echo "skipped: needs root"; exit 77; }
if [ ! "${OWN_MOUNTS:-}" ]; then
	unshare -m true 2>/dev/null || { echo "skipped: no mount namespaces here"; exit 77; }
	OWN_MOUNTS=yes exec unshare -m --propagation private sh "$0"
fi
. "$SOURCE/tests/support/lib.sh"
needs unshare mount
work=$(mktemp -d)
trap 'cd /; umount -R -l "$work" 2>/dev/null || :; rm -rf "$work"' EXIT
mount -t tmpfs none "$work"
cd "$work"

printf 'struct task_struct { int pid, tgid; } init_task;' >kernel.c
quietly "$CC" -g -ffreestanding -fno-pie -c kernel.c -o kernel.o
quietly "${LD:-ld}" -e 0 --build-id=none kernel.o -o vmlinux
quietly "$COREBTF" dwarf vmlinux -o host.btf
release=$(uname -r)
this="--as release=$release,machine=$(uname -m)"

# As on most systems: all mounts are shared, so that one in a copy of theirs would be seen here. And
# with what is mounted below /sys/kernel and /boot, and all kinds of files.
mount --make-rshared /
for fs in debugfs:debug tracefs:tracing securityfs:security; do
	mount -t "${fs%:*}" none "/sys/kernel/${fs#*:}" 2>/dev/null || left_out "no ${fs%:*}"
done
mount -t tmpfs none /boot
mkdir -p /boot/efi/EFI "/boot/a folder" /boot/empty
mount -t tmpfs -o ro none /boot/efi/EFI
mount -t tmpfs none /boot/empty
echo kernel >"/boot/vmlinuz-$release"
echo mine >"/boot/vmlinux-$release"
echo text >"/boot/a folder/\$x y"
printf 'a\n' >"/boot/new
line"
ln -s "vmlinuz-$release" /boot/vmlinuz
ln -s /nowhere /boot/dangling
mkfifo /boot/fifo
chmod 711 /boot
umount /sys/kernel/btf 2>/dev/null || :

# tree FOLDER WITHOUT: names, kinds, sizes and what is mounted there. Of /sys/kernel only what stays as
# it is.
tree() {
	(cd "$1" && find . -mindepth 1 -maxdepth 2 ! -path "./$2*" ! -path './slab/*' ! -name uevent_seqnum \
		-printf '%p %y %m %U:%G %l %F\n' | sort)
	stat -c '%a %u:%g' "$1"
}
cat >look <<'END'
tree /sys/kernel btf >sys.seen
tree /boot "vmlinux-$release" >boot.seen
cat "/boot/a folder/\$x y" /boot/vmlinuz /boot/new* >files.seen
cat /sys/kernel/btf/vmlinux | cmp - host.btf
cat "/proc/$outside/mountinfo" >outside.during
cat /proc/self/mountinfo >inside
pwd >pwd.seen
END
outside=$$
export outside release
tree /sys/kernel btf >sys.before
tree /boot "vmlinux-$release" >boot.before
cat "/boot/a folder/\$x y" /boot/vmlinuz /boot/new* >files.before
cat "/proc/$outside/mountinfo" >outside.before
grep -q 'shared:' outside.before || fail "the mounts are not shared, so nothing could leak"
{
	sed -n '/^tree() {/,/^}/p' "$0"
	cat look
} >look.sh
# shellcheck disable=SC2086 # several words
exec_one() {
	"$COREBTF" exec --force $this --kernels host.btf -- "$@"
}
exec_one sh -e look.sh >out 2>err || fail "$(cat out err)"
cat "/proc/$outside/mountinfo" >outside.after

same() {
	cmp -s "$1" "$2" || fail "$1 and $2 differ: $(diff "$1" "$2" | head -5)"
}
same outside.before outside.during
same outside.before outside.after
# Its own folder is a tmpfs now; all that is in it is as it was.
same sys.before sys.seen
same boot.before boot.seen
same files.before files.seen
[ "$(cat pwd.seen)" = "$work" ] || fail "another folder"
[ "$(cat "/boot/vmlinux-$release")" = mine ] || fail "a file outside was changed"
ok "$(wc -l <inside) mounts inside; outside the same $(wc -l <outside.before) before, during and after"

# What the host mounts later is seen inside, and what it unmounts is free again.
mkfifo ready go
mkdir host
mount -t tmpfs none host
exec_one sh -c 'echo >ready; read x <go; ls /boot/empty/later; grep -c "$PWD/host" /proc/self/mountinfo' >out 2>err &
read -r x <ready
mkdir /boot/empty/later
mount -t tmpfs none /boot/empty/later
: >/boot/empty/later/file
umount host
echo >go
wait $! || :
[ "$(tr '\n' ' ' <out)" = "file 0 " ] || fail "it does not follow the host: $(cat out err)"
ok "it follows the mounts of the host"

# All can read it, nobody can write there.
exec_one sh -c '! touch /sys/kernel/x && ! touch /boot/x && ! rm "/boot/vmlinux-$release" &&
	! mkdir /sys/kernel/btf/y' 2>/dev/null || fail "it can be written to"
modes=$(umask 0777 && exec_one stat -c %a /sys/kernel /sys/kernel/btf /sys/kernel/btf/vmlinux "/boot/vmlinux-$release")
[ "$(echo $modes)" = "755 755 444 444" ] || fail "others cannot read it: $modes"

# --- where something is missing ------------------------------------------------------------------
# jail FOLDER: the parts of this system that a shell and corebtf need.
jail() {
	mkdir -p "$1/proc" "$1/sys" "$1/boot" "$1/work" "$1/dev"
	for folder in /usr /bin /sbin /lib /lib32 /lib64 /libx32 /etc; do
		[ -e "$folder" ] || continue
		if [ -L "$folder" ]; then
			ln -s "$(readlink "$folder")" "$1$folder"
		else
			mkdir "$1$folder"
			mount --rbind "$folder" "$1$folder"
		fi
	done
	mkdir -p "$1/corebtf"
	mount --bind "$(dirname "$COREBTF")" "$1/corebtf"
	cp host.btf "$1/work"
}
jail jail
# inside COMMAND: in the chroot. Its "/" is no mount.
inside() {
	chroot jail sh -c "$1" >out 2>err
}
exec_inside="/corebtf/$(basename "$COREBTF") exec --force -v $this --kernels /work/host.btf --"
says() {
	grep -qF -e "$1" err || fail "'$1' was not said: $(cat err)"
}
unchanged() {
	cat "/proc/$outside/mountinfo" >outside.during
	same outside.before outside.during
}

mount --rbind /sys jail/sys
mount -t proc none jail/proc
cat "/proc/$outside/mountinfo" >outside.before
inside "cd /work && $exec_inside sh -c 'cmp /sys/kernel/btf/vmlinux host.btf && ls -d /boot/vmlinux-* /work/host.btf &&
	cat /sys/kernel/notes >/dev/null && cat /proc/self/mountinfo >/dev/null && [ ! -e $work ]'" || fail "in a chroot: $(cat out err)"
unchanged
grep -q "^/boot/vmlinux-" out || fail "not in /boot"
[ -z "$(ls jail/boot)" ] || fail "it is seen outside of the chroot"
ok "in a chroot, which is no mount"

# not_started STATUS: that of corebtf. LeakSanitizer changes it, since without /proc it cannot work.
not_started() {
	[ "$1" = 125 ] || grep -q LeakSanitizer err || fail "status $1: $(cat err)"
}
# Without /proc its namespace is still found, from Linux 5.8 on.
umount jail/proc
cat "/proc/$outside/mountinfo" >outside.before
if inside "$exec_inside cmp /sys/kernel/btf/vmlinux /work/host.btf"; then
	ok "in a chroot without /proc"
else
	says "mount the chroot's folder on itself (mount --bind) before entering it"
	ok "in a chroot without /proc: $(grep 'chroot' err)"
fi
unchanged
# chroot(2) may be forbidden, which the way out of a chroot needs.
if have setpriv; then
	got=0
	chroot jail setpriv --bounding-set -sys_chroot --inh-caps -sys_chroot sh -c "$exec_inside true" >out 2>err || got=$?
	not_started $got
	says "mount the chroot's folder on itself (mount --bind) before entering it"
	unchanged
fi

umount -R -l jail/sys
cat "/proc/$outside/mountinfo" >outside.before
inside "$exec_inside cmp /sys/kernel/btf/vmlinux /work/host.btf" || fail "without sysfs: $(cat err)"
ok "without sysfs, in an empty folder /sys"
rmdir jail/sys
inside "$exec_inside sh -c 'ls /boot/vmlinux-*; [ ! -e /sys ]'" || fail "without /sys: $(cat err)"
says "not in /sys/kernel/btf/vmlinux: there is no folder /sys"
rmdir jail/boot
nowhere="there is /lib/modules"
if [ ! -d "/lib/modules/$release" ]; then
	got=0
	inside "$exec_inside true" || got=$?
	not_started $got
	says "there is no folder for the BTF: no /sys, no /boot and no /lib/modules/$release; make one of them"
	nowhere=$(cat err)
fi
mkdir jail/sys
inside "$exec_inside test -r /sys/kernel/btf/vmlinux" || fail "without /boot: $(cat err)"
[ -d "/lib/modules/$release" ] || says "not beside the kernel: there is no folder /boot and no /lib/modules/$release"
mkdir -p jail/boot
unchanged
ok "without /sys, without /boot; without both: $nowhere"

# A read-only /.
mount --rbind jail jail
mount -o remount,bind,ro jail
cat "/proc/$outside/mountinfo" >outside.before
inside "! touch /x 2>/dev/null && $exec_inside sh -c 'cmp /sys/kernel/btf/vmlinux /work/host.btf && ls /boot/vmlinux-*'" ||
	fail "with a read-only /: $(cat err)"
unchanged
ok "with a read-only /"
