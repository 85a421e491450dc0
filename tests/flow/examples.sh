# SPDX-License-Identifier: MIT
# Every command that a man page or a --help shows as an example runs.
. "$FLOW/lib.sh"
make_object flow.bpf.o
mkdir shelf bin
ln -s "$COREBTF" bin/corebtf
PATH=$scratch/bin:$PATH
export PATH

# What the examples name.
cp flow.bpf.o shelf/probe.bpf.o
make_object shelf/other.bpf.o -DWITH_MISSING
make_program plain flow.bpf.o
cp plain shelf/agent
cp plain shelf/execsnoop
ln -s "$KERNELS" shelf/btfhub-archive
ln -s "$KERNELS" shelf/kernels
release=5.10.0-30-amd64
archive=$(samples x86_64 | head -1)
cp "$KERNELS/$archive" shelf/$release.btf.tar.xz
# The releases of the examples, whatever the samples are called.
mkdir -p named/debian/11/x86_64 named/debian/11/arm64
cp "$KERNELS/$archive" named/debian/11/x86_64/$release.btf.tar.xz
cp "$KERNELS/$(samples arm64 | head -1)" named/debian/11/arm64/5.10.0-30-arm64.btf.tar.xz
extra=
[ -r /sys/kernel/btf/vmlinux ] && extra=/sys/kernel/btf/vmlinux
# shellcheck disable=SC2086
status 0 embed shelf/execsnoop --kernels named $extra --all-machines
status 0 extract shelf/execsnoop -o shelf/kernels.bundle

: >examples
for page in "$MAN_PAGES"/*.1; do
	grep -E '^\$ ' "$page" | sed 's/^\$ //' >>examples
	[ "$(grep -cE '^\$ ' "$page")" -ge 1 ] || fail "no example in $page"
done
for command in embed list lookup extract attach remove object verify trim; do
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
	*python3*)
		command -v python3 >/dev/null || continue
		;;
	esac
	rm -rf run
	cp -R shelf run
	(cd run && sh -ec "$line") >out 2>err </dev/null || fail "$line"
done <unique
