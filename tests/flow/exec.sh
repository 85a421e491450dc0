# SPDX-License-Identifier: MIT
# corebtf exec: how a program is started, which BTF it finds, and what is said where that is not
# possible. Real loaders are in exec_clients.sh, what happens to mounts in tests/embedder/exec.
. "$FLOW/lib.sh"
needs unshare setpriv
release=$(uname -r)
machine=$(uname -m)

# Two kernels with DWARF, and their BTFs. The first has a build-id, which is not this kernel's.
cat >kernel.c <<'END'
struct task_struct {
	int MEMBER, tgid;
	char comm[16];
} init_task;
END
kernel() { # NAME MEMBER BUILD_ID
	"$CC" -g -ffreestanding -fno-pie -DMEMBER="$2" -c kernel.c -o kernel.o
	"${LD:-ld}" -e 0 --build-id="$3" kernel.o -o "$1" 2>/dev/null
	status 0 dwarf "$1" -o "$1.btf"
}
kernel one pid 0x00112233445566778899aabbccddeeff00112233
kernel two thread none
cmp -s one.btf two.btf && fail "twice the same BTF"
chmod 644 one.btf
this="--as release=$release,machine=$machine"

# --- wrong usage; no program ---------------------------------------------------------------------
status 2 exec
one_line exec "no PROGRAM given"
status 2 exec --
one_line exec "no PROGRAM given"
status 2 exec true
one_line exec "PROGRAM stands behind --: corebtf exec ... -- true"
status 2 exec --bundle a --kernels b -- true
one_line exec "either --bundle or --kernels"
status 2 exec --as release=1 -- true
one_line exec "an --as has no path"
status 127 exec -- no-such-program
one_line no-such-program "there is no such program in the folders of \$PATH"
status 127 exec -- ./no-such-program
one_line ./no-such-program "there is no such file"
status 127 exec -- ''
mkdir first
status 126 exec -- ./first
one_line ./first "it is a folder, not a program"
status 126 exec -- ./one.btf
one_line ./one.btf "it may not be executed by this user"

# started [OPTION...]: a program is started as execvp(3) does, and its end is its own.
cat >say <<'END'
#!/bin/sh
echo "$0: $*"
exit 9
END
sed 1d say >say-plainly
printf '#!/no/such/interpreter\n' >lost
chmod +x say say-plainly lost
cp one.btf first/say
started() {
	status 9 exec "$@" -- ./say a 'b c' --help
	[ "$(cat out)" = "./say: a b c --help" ] || fail "not its arguments"
	[ ! -s err ] || fail "it printed something"
	status 9 exec "$@" -- ./say-plainly x
	says out "./say-plainly: x"
	status 127 exec "$@" -- ./lost
	one_line ./lost "the interpreter that it names is not there"
	status 143 exec "$@" -- sh -c 'kill -TERM $$'
	# Folders of $PATH: what cannot be run is passed over, and an empty name is this folder.
	got=0
	PATH=$scratch/first::$PATH corebtf exec "$@" -- say y || got=$?
	[ "$got:$(cat out)" = "9:./say: y" ] || fail "not found in \$PATH"
	got=0
	PATH=$scratch/first corebtf exec "$@" -- say || got=$?
	[ "$got" = 126 ] || fail "what cannot be run: $got"
}
if [ -r /sys/kernel/btf/vmlinux ]; then
	started
	status 0 exec -v -- true
	says err "the running kernel has BTF of its own: "
	says err "/true is just run"
	ok "with the kernel's own BTF a program is just run"
fi

# --- without the rights --------------------------------------------------------------------------
# To be started by another user, out of a folder that others cannot enter.
chmod 755 "$scratch"
mkdir bin
cp "$COREBTF" /bin/true bin/
mv "bin/$(basename "$COREBTF")" bin/corebtf 2>/dev/null || :
chmod 4755 bin/true
# refused TEXT COMMAND...: it is not started, and one line says why.
refused() {
	text=$1 got=0
	shift
	"$@" >out 2>err || got=$?
	[ "$got" = 125 ] || fail "$*: status $got"
	one_line exec "$text"
}
# shellcheck disable=SC2086 # several words
force="bin/corebtf exec --force $this --kernels one.btf --"
nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
[ "$(id -u)" = 0 ] || nobody=
# shellcheck disable=SC2086
refused "CAP_SYS_ADMIN is needed for a mount namespace: run it as root" $nobody $force true
# shellcheck disable=SC2086
refused "PROGRAM gets its set-user-ID rights too late for that" $nobody $force bin/true
[ "$(id -u)" = 0 ] || skip "the rest needs root"
unshare -m true 2>/dev/null || skip "no mount namespaces here"
# shellcheck disable=SC2086
refused "CAP_SYS_ADMIN is needed" setpriv --bounding-set -sys_admin --inh-caps -sys_admin $force true
# shellcheck disable=SC2086
refused "a container's seccomp filter or a security module forbids it" "$REFUSE" unshare -- $force true
# shellcheck disable=SC2086
refused "mounts cannot be kept from others" "$REFUSE" mount -- $force true
# shellcheck disable=SC2086
refused "cannot be mounted again in its folder: Permission denied; a container or a security module forbids" \
	"$REFUSE" bind -- $force true
# shellcheck disable=SC2086
if unshare -Urm true 2>/dev/null; then
	refused "as many as the limit /proc/sys/user/max_mnt_namespaces allows" \
		unshare -Ur sh -c "echo 0 >/proc/sys/user/max_mnt_namespaces && exec $force true"
	unshare -Urm $force cmp /sys/kernel/btf/vmlinux one.btf || fail "not in a user namespace"
fi
# A corebtf with file capabilities would let anyone show /sys to set-user-ID programs.
if have setcap && setcap cap_sys_admin+ep bin/corebtf 2>/dev/null; then
	# shellcheck disable=SC2086
	refused "this corebtf has more rights than its caller" $nobody $force true
	setcap -r bin/corebtf
fi
ok "without the rights it says what is missing"

# --- which BTF -----------------------------------------------------------------------------------
# shows BTF OPTION...: the program finds these bytes, in both files.
shows() {
	btf=$1
	shift
	status 0 exec --force "$@" -- sh -c 'cat /sys/kernel/btf/vmlinux; cp "/boot/vmlinux-$(uname -r)" elf 2>/dev/null || :'
	same out "$btf"
	[ ! -e elf ] || {
		objcopy -O binary --only-section=.BTF --set-section-flags .BTF=alloc elf section
		same section "$btf"
		rm elf
	}
}
# refuses TEXT OPTION...: there is none for this kernel.
refuses() {
	text=$1
	shift
	status 125 exec --force "$@" -- true
	says err "$text"
}
# shellcheck disable=SC2086
{
	started --force $this --kernels one.btf
	shows one.btf $this --kernels one.btf
	shows two.btf $this --kernels two # from its DWARF
	shows one.btf $this --kernels one.btf --as "release=0.1,machine=$machine" --kernels two.btf
	refuses "what is there is of another build or distribution" $this --kernels one
}
mkdir -p tree/debian/12/$machine other/ubuntu/22.04/$machine
cp one.btf tree/debian/12/$machine/$release.btf
cp two.btf tree/debian/12/$machine/0.1.btf
cp one.btf other/ubuntu/22.04/$machine/$release.btf
shows one.btf --kernels tree other
tar -cJf tree.tar.xz tree
shows one.btf --kernels tree.tar.xz
status 0 pack tree -o tree.pack
status 0 convert tree.pack from-pack.btf --select "release=$release"
shows from-pack.btf --kernels tree.pack

# Nothing tells which one is this kernel's.
cp two.btf other/ubuntu/22.04/$machine/$release.btf
mkdir -p host/etc
echo 'ID=another' >host/etc/os-release
case $(uname -v) in
*Debian* | *Ubuntu*) left_out "uname -v tells which BTF is this kernel's" ;;
*) HOST_ROOT=$scratch/host refuses "there are different BTFs for release $release" --kernels tree other ;;
esac

refuses "no BTF for this kernel, release $release" --as "release=0.1,machine=$machine" --kernels one.btf
refuses "no BTF for this kernel, release $release" --as "release=$release,machine=s390x" --kernels one.btf
head -c 100 one.btf >cut.btf
# shellcheck disable=SC2086
{
	refuses "a BTF was found for release $release, but what could not be read may be this kernel's" \
		$this --kernels one.btf cut.btf
	refuses "what could not be read may have it" $this --kernels cut.btf
}

# The trimmed one of a bundle, a program, a tar, a folder; or of PROGRAM itself.
make_object flow.bpf.o
make_program tool flow.bpf.o
# shellcheck disable=SC2086
{
	status 0 trim flow.bpf.o $this --kernels one.btf -o small.btf
	status 0 embed tool $this --kernels one.btf -o tool-with-btf
}
status 0 convert tool-with-btf tool.bundle
status 0 convert tool-with-btf tool.tar.gz
status 0 convert tool-with-btf folder/
for bundle in tool-with-btf tool.bundle tool.tar.gz folder; do
	shows small.btf --bundle $bundle
done
refuses "has no section .corebtf" --bundle tool
cp /bin/cat own-cat
# shellcheck disable=SC2086
status 0 embed own-cat flow.bpf.o $this --kernels one.btf
status 0 exec --force -- ./own-cat /sys/kernel/btf/vmlinux
same out small.btf
# A damaged one may have been this kernel's; with none, there are the kernels of 'corebtf fetch'.
head -c 200 tool.bundle >cut.bundle
refuses "cut.bundle: " --bundle cut.bundle
refuses "nowhere: " --kernels nowhere
[ "$(wc -l <err)" = 1 ] || fail "not one line"
status 0 embed own-cat flow.bpf.o --as "release=0.1,machine=$machine" --kernels one.btf
BTFHUB_CACHE=$scratch/nothing status 125 exec --force -v -- ./own-cat /sys/kernel/btf/vmlinux
says err "./own-cat: no BTF for release $release"
says err "no BTF for this kernel, release $release" # in the pack that comes with corebtf
ok "the BTF is this kernel's, or none is shown"

# --- what the program is started with ------------------------------------------------------------
# state: all that a program inherits.
cat >state <<'END'
#!/bin/sh
pwd
umask
ulimit -a
# Files by their numbers: in a chroot the kernel calls them by other paths afterwards. 1 and 2 are
# new files each time.
for fd in 0 3 4 5 6 7 8 9; do
	[ ! -e /proc/self/fd/$fd ] || echo "$fd: $(stat -L -c '%F %d:%i' /proc/self/fd/$fd)"
done
grep -E '^(Sig|Shd|Cap|NoNewPrivs|Seccomp|Uid|Gid)' /proc/self/status | grep -v SigQ
env | grep -v '^_=' | sort
END
chmod +x state
inherit() {
	(
		umask 0137
		trap '' USR1 PIPE
		exec 0<&- 7<one.btf 8<&7
		mkdir -p "a folder"
		cd "a folder"
		exec "$@" ../state >../out 2>../err
	) || fail "$*"
}
inherit env -u BPFTRACE_BTF
mv out before
# shellcheck disable=SC2086
inherit env -u BPFTRACE_BTF "$COREBTF" exec --force $this --kernels ../one.btf --
grep -v '^BPFTRACE_BTF=/sys/kernel/btf/vmlinux$' out >after || :
same before after
says out "BPFTRACE_BTF=/sys/kernel/btf/vmlinux"
# shellcheck disable=SC2086
[ "$(BPFTRACE_BTF=mine "$COREBTF" exec --force $this --kernels one.btf -- sh -c 'echo $BPFTRACE_BTF')" = mine ] ||
	fail "the user's BPFTRACE_BTF is lost"
# shellcheck disable=SC2086
[ "$(sh -c 'echo $$; exec "$@"' sh "$COREBTF" exec --force $this --kernels one.btf -- sh -c 'echo $$' | uniq | wc -l)" = 1 ] ||
	fail "another process runs the program"
# A program with the rights of its file has them; one of its own needs nothing from us.
cp /usr/bin/id bin/id
chown 65534 bin/id
chmod 4755 bin/id
# shellcheck disable=SC2086
status 0 exec --force $this --kernels one.btf -- bin/id -u
says out 65534
# shellcheck disable=SC2086
if printf 'int main(void) { return 5; }' | "$CC" -xc - -static -o static 2>/dev/null; then
	status 5 exec --force $this --kernels one.btf -- ./static
fi
ok "it keeps process, folder, umask, files, signals and environment"
