# SPDX-License-Identifier: MIT
# The systemd unit, judged by systemd's own tools; and that its system call filter lets through what
# btfd really calls. 77: a tool is missing.
. "$(dirname "$0")/../support/lib.sh"
needs systemd-analyze
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# verify wants to see what ExecStart= names: where the build put it.
cp "$BTFD" "$scratch/btfd"
sed "s|/usr/local/sbin/btfd|$scratch/btfd|" "$UNIT" >"$scratch/btfd.service"
systemd-analyze verify --man=no "$scratch/btfd.service" >"$scratch/out" 2>&1 ||
	fail "systemd-analyze verify: $(cat "$scratch/out")"
# It ends with 0 for a key that it does not know, with just a line.
[ ! -s "$scratch/out" ] || fail "systemd-analyze verify: $(cat "$scratch/out")"

# Exposure in tenths: 10 is 1.0, of 10.0 for a service without any protection.
systemd-analyze security --offline=true --no-pager --threshold=10 "$UNIT" >"$scratch/out" 2>&1 ||
	fail "systemd-analyze security: $(grep -v '✓' "$scratch/out")"
tail -n 1 "$scratch/out"

# The system calls that the unit allows, one per line.
expand() {
	for name; do
		case $name in
		@*)
			# shellcheck disable=SC2046 # a list of names
			expand $(systemd-analyze syscall-filter --no-pager "$name" | sed -n 's/^ \+//p' | grep -v '^#')
			;;
		*) echo "$name" ;;
		esac
	done
}
# shellcheck disable=SC2046
expand $(sed -n 's/^SystemCallFilter=//p' "$UNIT") | sort -u >"$scratch/allowed"
[ "$(wc -l <"$scratch/allowed")" -gt 50 ] || fail "the filter cannot be read"
for call in ptrace mount execveat connect setuid; do
	! grep -qx "$call" "$scratch/allowed" || fail "the filter allows $call"
done

[ -z "$SANITIZED" ] || skip "sanitizers have system calls of their own; the unit itself is good"
have strace || skip "no strace; the unit itself is good"
[ "$(id -u)" = 0 ] || skip "not root: btfd cannot run; the unit itself is good"
# A whole life: start, reload, stop.
mkdir "$scratch/objects"
cp "$EXEC_OBJECT" "$EXIT_OBJECT" "$scratch/objects"
"$COREBTF" embed --quiet "$scratch/btfd" "$EXEC_OBJECT" "$EXIT_OBJECT" --kernels-with-btf --kernels "$KERNELS" \
	/sys/kernel/btf/vmlinux 2>"$scratch/err" || skip "this kernel has no BTF to embed"
strace -f -qq -o "$scratch/trace" "$scratch/btfd" -p "$scratch/objects" >/dev/null 2>"$scratch/err" &
strace_pid=$!
wait_for() { # TEXT: till it stands in btfd's messages; no end without btfd
	while ! grep -q "$1" "$scratch/err"; do
		kill -0 "$strace_pid" 2>/dev/null || skip "btfd cannot run here: $(cat "$scratch/err")"
		sleep 0.1
	done
}
wait_for ready:
pid=$(awk 'NR == 1 { print $1 }' "$scratch/trace")
kill -HUP "$pid"
wait_for reloaded:
kill "$pid"
wait "$strace_pid" || fail "btfd: $(cat "$scratch/err")"

sed -nE 's/^[0-9]+ +([a-z_0-9]+)\(.*/\1/p' "$scratch/trace" | sort -u >"$scratch/called"
grep -qx memfd_create "$scratch/called" || fail "the trace shows no memfd_create"
comm -23 "$scratch/called" "$scratch/allowed" >"$scratch/refused"
[ ! -s "$scratch/refused" ] || fail "not allowed by the unit: $(tr '\n' ' ' <"$scratch/refused")"
echo "all $(wc -l <"$scratch/called") system calls that were made are allowed"
