#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes data/ again: out of the debug package of each kernel that kernel32.sh boots (about 700 MB
# to download and 2 GB of disk), the BTF that pahole makes of its DWARF, trimmed for the programs
# of the test. Not a test, for the size of it; run by hand, with what lib.sh wants in the
# environment, when the kernels or the BPF programs change:
#
#   make_data.sh i386|armhf FOLDER
. "$(dirname "$0")/lib.sh"

use_architecture "$1"
use_kernel
data=$(cd "$2" && pwd)
needs pahole dpkg-deb tar
packages=$work/packages # not to be kept
package "linux-image-$release-dbg=$version"
mkdir "$work/debug"
dpkg-deb --fsys-tarfile "$deb" |
	tar -x -C "$work/debug" "./usr/lib/debug/boot/vmlinux-$release"
pahole --btf_encode_detached="$work/full.btf" "$work/debug/usr/lib/debug/boot/vmlinux-$release"
configure
build execsnoop_bpf task_facts_bpf
mkdir -p "$data/debian/12/$machine"
"$COREBTF" trim --kernels "$work/full.btf" -o "$data/debian/12/$machine/$release.btf" \
	"$build/tests/machines/task_facts.bpf.o" "$build/samples/execsnoop/execsnoop.bpf.o"
