# SPDX-License-Identifier: MIT
# Failures while writing: no space, no folder, no permission, an interrupt. The old file stays, and no
# other file appears.
. "$FLOW/lib.sh"
make_object flow.bpf.o
make_program exe flow.bpf.o
archive=$KERNELS/$(samples x86_64 | head -1)
mkdir work
cp exe work/exe
cp exe exe.before

status 1 embed work/exe --kernels "$archive" -o nowhere/out
one_line_err=$(tail -1 err)
case $one_line_err in
"corebtf: nowhere/out: "*"No such file"*) ;;
*) fail "no folder" ;;
esac
status 1 trim flow.bpf.o --kernels "$archive" -o nowhere/out.btf
one_line nowhere/out.btf "No such file"

# The limit on file sizes causes an error, not a signal.
got=0
(ulimit -f 8 && exec "$COREBTF" embed work/exe --kernels "$archive" >out 2>err) || got=$?
[ "$got" -eq 1 ] || fail "status $got at a file size limit"
says err "work/exe: "
says err "File too large"
same work/exe exe.before
only work exe

# A full disk.
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	mkdir disk
	unshare -m sh -c '
		set -e
		mount -t tmpfs -o size=64k none disk
		cp exe disk/exe
		dd if=/dev/zero of=disk/rest bs=4k 2>/dev/null || :
		got=0
		"$COREBTF" embed disk/exe --kernels "$1" >out 2>err || got=$?
		[ $got -eq 1 ]
		cmp disk/exe exe
		[ "$(ls -A disk | tr "\n" " ")" = "exe rest " ]
		got=0
		"$COREBTF" trim flow.bpf.o --kernels "$1" -o disk/small.btf >out 2>>err || got=$?
		[ $got -eq 1 ]
		[ "$(ls -A disk | tr "\n" " ")" = "exe rest " ]
	' sh "$archive" || fail "full disk"
	[ "$(grep -c 'No space left' err)" -eq 2 ] || fail "full disk: not said"
fi

# A read-only folder.
if [ "$(id -u)" -ne 0 ]; then
	chmod a-w work
	status 1 embed work/exe --kernels "$archive"
	says err "Permission denied"
	chmod u+w work
	same work/exe exe.before
fi

# Interrupted at some moment: the old file or the whole new one, and no other file.
status 0 embed exe --kernels "$KERNELS" -o after
for delay in 0 0.02 0.05 0.1 0.2 0.3; do
	cp exe work/exe
	"$COREBTF" embed work/exe --kernels "$KERNELS" --jobs 1 >/dev/null 2>&1 &
	pid=$!
	sleep $delay
	kill -TERM $pid 2>/dev/null || :
	wait $pid || :
	cmp -s work/exe exe.before || cmp -s work/exe after || fail "half a file"
	only work exe
done

# Interrupted between the temporary file and its rename: the signal waits, then ends the command.
"$CC" -shared -fPIC -D_GNU_SOURCE "$FLOW/signal_at_rename.c" -o preload.so -ldl
cp exe work/exe
got=0
LD_PRELOAD=$PWD/preload.so ASAN_OPTIONS=verify_asan_link_order=0 \
	"$COREBTF" embed work/exe --kernels "$KERNELS" >out 2>err || got=$?
[ "$got" -eq 130 ] || fail "status $got after SIGINT"
same work/exe after
only work exe
