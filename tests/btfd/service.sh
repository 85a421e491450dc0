# SPDX-License-Identifier: MIT
# The systemd unit as it is, run by a systemd of its own: start, reload, a reload that fails, stop.
# This systemd is process 1 of a pid namespace; it has its own mounts, network and cgroup as well,
# and for units only btfd's and empty targets. 77: that cannot be done on this machine.
. "$(dirname "$0")/../support/lib.sh"

[ -z "$SANITIZED" ] || skip "sanitizers have system calls of their own, which the unit does not allow"
[ "$(id -u)" = 0 ] || skip "not root"
[ -x /lib/systemd/systemd ] || skip "no systemd"
[ ! -d /run/systemd/system ] || skip "this machine runs systemd itself, which is not to be disturbed"
cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
[ -w "${cgroups:-/nonexistent}" ] || skip "no cgroup2 hierarchy"

scratch=$(mktemp -d)
cgroup=$cgroups/btfd-service-$$
boot=
clean() {
	# With process 1 the kernel ends all others of the namespace.
	[ -z "$boot" ] || kill -KILL "$boot" 2>/dev/null || :
	[ -z "$boot" ] || wait "$boot" 2>/dev/null || :
	tries=0
	while [ -d "$cgroup" ] && [ $tries -lt 50 ]; do
		find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
		tries=$((tries + 1))
	done
	rm -rf "$scratch"
}
trap clean EXIT

# What `cmake --install` puts under /usr/local.
mkdir -p "$scratch/local/sbin" "$scratch/local/lib/btfd" "$scratch/units/btfd.service.d"
cp "$EXEC_OBJECT" "$EXIT_OBJECT" "$scratch/local/lib/btfd"
"$COREBTF" embed --quiet "$BTFD" "$EXEC_OBJECT" "$EXIT_OBJECT" --kernels-with-btf --kernels "$KERNELS" \
	/sys/kernel/btf/vmlinux -o "$scratch/local/sbin/btfd" 2>/dev/null ||
	skip "this kernel has no BTF to embed"

# All units there are. What btfd prints goes to files, as there is no journal.
cp "$UNIT" "$scratch/units/btfd.service"
printf '[Service]\nStandardOutput=file:/run/btfd.out\nStandardError=append:/run/btfd.err\n' \
	>"$scratch/units/btfd.service.d/output.conf"
for target in sysinit basic shutdown umount; do
	printf '[Unit]\nDefaultDependencies=no\n' >"$scratch/units/$target.target"
done
cat >"$scratch/units/life.service" <<'END'
[Unit]
DefaultDependencies=no
[Service]
ExecStart=/bin/sh -eux /run/local/life.sh
StandardOutput=file:/run/local/life.log
StandardError=file:/run/local/life.log
END

cat >"$scratch/local/life.sh" <<'END'
trap 'echo "ended: $?"; cat /run/btfd.err' EXIT
show() { systemctl show btfd --value -p "$1"; }
settled() { while [ "$(show ActiveState)" = reloading ]; do sleep 0.1; done; }

systemctl start btfd
[ "$(show ActiveState)" = active ]
show StatusText | grep -q 'own section .corebtf'
pid=$(show MainPID)
# An account without a name, two capabilities, and the filter is on.
[ "$(awk '$1 == "Uid:" { print $2 }' /proc/$pid/status)" -gt 1000 ]
for set in CapPrm CapEff CapBnd; do
	grep -qE "^$set:	000000c000000000$" /proc/$pid/status
done
grep -qE '^NoNewPrivs:	1$' /proc/$pid/status
grep -qE '^Seccomp:	2$' /proc/$pid/status
ls -l /proc/$pid/fd >/run/fds
grep -q bpf /run/fds
if grep -q memfd: /run/fds; then exit 1; fi
ln -s /bin/true /run/first
/run/first

systemctl reload btfd
until grep -q reloaded: /run/btfd.err; do sleep 0.1; done
settled
[ "$(show ActiveState)" = active ]
ln -s /bin/true /run/second
/run/second

# A reload that fails leaves the service running.
mv /usr/local/lib/btfd/exit.bpf.o /usr/local/lib/btfd/exec.bpf.o /run
systemctl reload btfd
until grep -q 'reload failed' /run/btfd.err; do sleep 0.1; done
settled
[ "$(show ActiveState)" = active ]
show StatusText | grep -q 'reload failed: /usr/local/lib/btfd: no'
[ "$(show MainPID)" = "$pid" ]
ln -s /bin/true /run/third
/run/third

systemctl stop btfd
[ "$(show ActiveState)" = inactive ]
[ "$(show Result)" = success ]
for name in first second third; do
	[ "$(grep -c " $name /run/$name\$" /run/btfd.out)" = 1 ]
done
echo "the whole life went well"
END

# $1: scratch. Nothing outside is written to: /proc/sys is read-only, /run, /tmp and /var/tmp are
# new, and so is the network. The kernel's own BTF is hidden.
cat >"$scratch/boot.sh" <<'END'
mount --make-rprivate / 2>/dev/null || exit 77
mount -t tmpfs none /run
mkdir /run/local /run/units
mount --bind "$1/local" /run/local
cp -R "$1/units/." /run/units
mount --bind /run/local /usr/local
mount -t tmpfs none /var/tmp
mount -t tmpfs none /tmp
mount -t tmpfs none /sys/kernel/btf
mount -t proc proc /proc
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
umount -l /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
export container=btfd-test SYSTEMD_UNIT_PATH=/run/units SYSTEMD_GENERATOR_PATH=/nonexistent
exec /lib/systemd/systemd --system --unit=life.service --show-status=no
END
mkdir "$cgroup" 2>/dev/null || skip "no cgroup can be made"
# shellcheck disable=SC2016 # for the inner shell
sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh "$cgroup" \
	unshare -m -p -u -i -n -C --fork --kill-child=KILL sh -eu "$scratch/boot.sh" "$scratch" \
	>"$scratch/boot.log" 2>&1 </dev/null &
boot=$!

log=$scratch/local/life.log
tries=0
until grep -q '^ended: ' "$log" 2>/dev/null; do
	# End a hanging systemd here, where clean() runs, before CTest does.
	tries=$((tries + 1))
	[ $tries -lt 500 ] || break
	kill -0 "$boot" 2>/dev/null || skip "no systemd can be started here: $(tail -n 3 "$scratch/boot.log")"
	sleep 0.2
done
sleep 0.2 # for what it says after that line
if ! grep -q '^the whole life went well' "$log"; then
	cat "$log" >&2
	exit 1
fi
echo "start, reload, failed reload and stop under $(systemctl --version | head -n 1)"
