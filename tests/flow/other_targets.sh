# SPDX-License-Identifier: MIT
# Executables of other classes and byte orders.
. "$FLOW/lib.sh"
make_object flow.bpf.o
make_program exe flow.bpf.o
archive=$(samples x86_64 | head -1)
release=$(release_of "$archive")
done=

# A 32-bit program gets the kernels of the 64-bit machine too.
if have i686-linux-gnu-gcc; then
	make_program exe32 flow.bpf.o i686-linux-gnu-gcc
	status 0 embed exe32 --kernels "$KERNELS"
	status 0 lookup exe32 --release "$release" -o looked-up
	status 0 trim flow.bpf.o --kernels "$KERNELS/$archive" -o trimmed.btf
	same looked-up trimmed.btf
	status 0 list exe32
	says_not out arm64
	done=1
fi

# A big-endian one: the bundle in its byte order, the BTFs in that of their kernels.
if have s390x-linux-gnu-gcc; then
	make_object big.bpf.o -target bpfeb
	make_program exe-s390x big.bpf.o s390x-linux-gnu-gcc
	cp exe-s390x before
	status 1 embed exe-s390x --kernels "$KERNELS"
	says err "other machines"
	same exe-s390x before
	status 0 embed exe-s390x --kernels "$KERNELS" --all-machines
	status 0 list exe-s390x
	says out "big-endian"
	status 0 lookup exe-s390x --release "$release" --machine x86_64 -o looked-up
	status 0 trim flow.bpf.o --kernels "$KERNELS/$archive" -o trimmed.btf
	same looked-up trimmed.btf
	status 0 convert exe-s390x -o big.bundle
	status 0 remove exe-s390x -o removed
	status 0 embed removed --bundle big.bundle -o again
	same again exe-s390x
	cp exe before
	status 1 embed exe --bundle big.bundle
	one_line big.bundle "big-endian"
	same exe before
	if [ -d "$SHARED_KERNELS/debian/13/s390x" ]; then
		make_program exe-big big.bpf.o s390x-linux-gnu-gcc
		status 0 embed exe-big --kernels "$SHARED_KERNELS"
		s390x=$(ls "$SHARED_KERNELS"/debian/13/s390x/*.btf.tar.xz)
		status 0 lookup exe-big --release "$(release_of "$s390x")" -o looked-up
		[ "$(od -An -tx1 -N 2 looked-up)" = " eb 9f" ] || fail "BTF not big-endian"
	fi
	done=1
fi
[ "$done" ] || skip "no cross compiler"
