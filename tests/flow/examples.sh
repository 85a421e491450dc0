# SPDX-License-Identifier: MIT
# Every command that a man page or a --help shows as an example runs.
. "$FLOW/lib.sh"
make_object flow.bpf.o
mkdir shelf bin
ln -s "$COREBTF" bin/corebtf
for program in execsnoop opensnoop bpftrace; do
	ln -s /bin/true bin/$program
done
PATH=$scratch/bin:$PATH
export PATH

# The files of the examples.
cp flow.bpf.o shelf/probe.bpf.o
cp flow.bpf.o shelf/opensnoop.bpf.o
make_object shelf/other.bpf.o -DWITH_MISSING
make_program plain flow.bpf.o
cp plain shelf/agent
cp plain shelf/execsnoop
ln -s "$KERNELS" shelf/btfhub-archive
ln -s "$KERNELS" shelf/kernels
release=5.10.0-30-amd64
archive=$(samples x86_64 | head -1)
cp "$KERNELS/$archive" shelf/$release.btf.tar.xz
# The releases of the examples, made of the samples.
mkdir -p named/debian/11/x86_64 named/debian/11/arm64
cp "$KERNELS/$archive" named/debian/11/x86_64/$release.btf.tar.xz
cp "$KERNELS/$(samples arm64 | head -1)" named/debian/11/arm64/5.10.0-30-arm64.btf.tar.xz
extra=
[ -r /sys/kernel/btf/vmlinux ] && extra=/sys/kernel/btf/vmlinux
# shellcheck disable=SC2086
status 0 embed shelf/execsnoop --kernels-with-btf --kernels named $extra --all-machines
status 0 convert shelf/execsnoop -o shelf/kernels.bundle
# The same kernels as a folder of raw BTFs and as a tar of it.
for packed in debian/11/x86_64/$release debian/11/arm64/5.10.0-30-arm64; do
	mkdir -p "shelf/min_core_btfs/${packed%/*}"
	tar -xJOf "named/$packed.btf.tar.xz" >"shelf/min_core_btfs/$packed.btf"
done
tar -czf shelf/min_core_btfs.tar.gz -C shelf/min_core_btfs .
echo '{}' >shelf/package.json
# A kernel with DWARF, and a package with it: the bytes of an archive say what it is, not its name.
"$CC" -g -O1 -ffreestanding -fno-pie -nostdlib -no-pie -Wl,-e,0 "$FLOW/dwarf_kernel.c" -o shelf/vmlinux
tar -cf shelf/linux-image-dbg.deb -C shelf vmlinux
status 0 convert shelf/kernels.bundle -o shelf/probe.tar.gz --json shelf/package.json
cp shelf/probe.tar.gz shelf/btfs-x86_64.tar.gz
status 0 pack --types-only "$KERNELS" named -o shelf/debian.pack
for copy in ubuntu one two; do
	cp shelf/debian.pack shelf/$copy.pack
done

# A repository of kernels, and the cache filled from it.
git=
if have git; then
	git=yes
	git init -q shelf/my-btfs
	cp -R named/debian shelf/my-btfs/
	git -C shelf/my-btfs add -A
	git -C shelf/my-btfs -c user.name=a -c user.email=a@b commit -q -m kernels
	export BTFHUB_REPO="$scratch/shelf/my-btfs" BTFHUB_CACHE="$scratch/cache"
	status 0 fetch
fi

: >examples
for page in "$MAN_PAGES"/*.1; do
	grep -E '^\$ ' "$page" | sed 's/^\$ //' >>examples
	# What loads programs (#) is run by tool.sh and others.
	[ "$(grep -cE '^[$#] ' "$page")" -ge 1 ] || fail "no example in $page"
done
for command in embed remove list lookup verify report convert trim dwarf fetch btfgen pack exec tool; do
	status 0 $command --help
	sed -n '/^Examples:/,/^$/s/^  //p' out >>examples
done
status 0 --help
sed -n '/^Example:/,/^$/s/^  //p' out | sed 's|\./||' >>examples
sort -u examples >unique
[ "$(wc -l <unique)" -ge 12 ] || fail "too few examples"

while read -r line; do
	case $line in
	*/sys/kernel/btf/vmlinux* | "corebtf lookup execsnoop")
		[ "$extra" ] || continue
		;;
	*" fetch"* | *btfgen* | *--kernels | *"--kernels -"*)
		[ "$git" ] || continue
		;;
	# exec.sh and exec_clients.sh run it on a kernel without BTF; here the programs do nothing.
	*"corebtf exec"*)
		[ "$extra" ] || continue
		;;
	*"corebtf tool"*"--machine arm64"*)
		[ -x "${RUNNER%-*}-arm64" ] || continue
		;;
	*"corebtf tool"*)
		[ -x "$RUNNER" ] || continue
		;;
	*--slice*) continue ;; # of sixteen, most have nothing here; pack.sh tries slices
	*python3*)
		have python3 || continue
		;;
	esac
	rm -rf run
	cp -R shelf run
	cache=${BTFHUB_CACHE:-}
	case $line in
	# For the kernels that are installed with the command: what was fetched may be of one machine.
	"corebtf tool"*) cache=$scratch/none ;;
	esac
	(cd run && BTFHUB_CACHE=$cache sh -ec "$line") >out 2>err </dev/null || fail "$line"
done <unique
