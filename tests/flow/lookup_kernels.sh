# SPDX-License-Identifier: MIT
# lookup in full BTFs: in a pack, and in all that --kernels takes.
. "$FLOW/lib.sh"
make_object one.bpf.o

# Two kernels of one release, one of another, and one of another machine.
first=$KERNELS/debian/11/x86_64/5.10.0-30-cloud-amd64.btf.tar.xz
second=$KERNELS/debian/12/x86_64/6.1.0-50-cloud-amd64.btf.tar.xz
mkdir -p tree/debian/11/x86_64 tree/debian/12/x86_64 tree/debian/12/arm64
tar -xJOf "$first" >tree/debian/11/x86_64/6.1.0-1.btf
tar -xJOf "$second" >tree/debian/12/x86_64/6.1.0-1.btf
cp tree/debian/12/x86_64/6.1.0-1.btf tree/debian/12/x86_64/6.1.0-2.btf
cp tree/debian/11/x86_64/6.1.0-1.btf tree/debian/12/arm64/6.1.0-3.btf
status 0 pack tree -o tree.pack
status 0 convert tree.pack full/ # a pack has a BTF's types in an order of its own

for place in tree.pack "--kernels tree.pack" "--kernels tree"; do
	case $place in
	*.pack) from=full ;;
	*) from=tree ;;
	esac
	# shellcheck disable=SC2086
	ask() { # STATUS OPTION...
		expected_status=$1
		shift
		rm -f got.btf
		status "$expected_status" lookup $place --machine x86_64 -o got.btf "$@"
	}
	ask 0 --release 6.1.0-2
	same got.btf $from/debian/12/x86_64/6.1.0-2.btf
	says out "from debian 12 x86_64 6.1.0-2"
	ask 1 --release 6.1.0-1
	says err "different BTFs for release 6.1.0-1"
	[ -e got.btf ] && fail "$place: one of several"
	ask 0 --release 6.1.0-1 --os debian --os-version 11
	same got.btf $from/debian/11/x86_64/6.1.0-1.btf
	ask 0 --release 6.1.0-1 --os debian --os-version 12
	same got.btf $from/debian/12/x86_64/6.1.0-1.btf
	ask 1 --release 6.1.0-3
	says err "no kernel that was found has release 6.1.0-3 and machine x86_64"
	ask 0 --release 6.1.0-3 --machine aarch64
	same got.btf $from/debian/12/arm64/6.1.0-3.btf
	ask 0 --release 6.1.0-2 --field task_struct.pid --quiet
	grep -q '^task_struct.pid: offset [0-9]*, size 4, pid_t$' out || fail "$place: no field"
done

# It is a BTF like any other.
status 0 trim one.bpf.o --kernels got.btf -o from-lookup.btf
status 0 trim one.bpf.o --kernels tree/debian/12/x86_64/6.1.0-2.btf -o from-tree.btf
same from-lookup.btf from-tree.btf

# A damaged one may be the right one. An input is no output. What the user says counts.
cp -R tree damaged
head -c 1000 tree/debian/12/x86_64/6.1.0-2.btf >damaged/debian/11/x86_64/6.1.0-2.btf
status 1 lookup --kernels damaged --release 6.1.0-2 --machine x86_64
says err "damaged/debian/11/x86_64/6.1.0-2.btf"
says err "what could not be read may be the right one"
status 0 lookup --kernels damaged --release 6.1.0-1 --machine x86_64 --os debian --os-version 12
head -c 300 tree.pack >cut.pack
status 1 lookup cut.pack --release 6.1.0-2
says err "cut.pack"
cp tree.pack before
status 1 lookup tree.pack --release 6.1.0-2 --machine x86_64 -o tree.pack
status 1 lookup --kernels tree.pack --release 6.1.0-2 --machine x86_64 -o tree.pack
same before tree.pack
status 0 lookup --as release=1.2-x,machine=x86_64 --kernels tree/debian/12/x86_64/6.1.0-2.btf \
	--release 1.2-x --machine x86_64
