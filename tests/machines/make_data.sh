#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes data/ again: out of the debug package of each kernel that kernel32.sh boots (620 to 770 MB
# to download), the BTF of its DWARF, trimmed for the programs of the test. Not a test, for the size
# of it; run by hand, with what lib.sh wants in the environment, when the kernels or the BPF programs
# change:
#
#   make_data.sh i386|armhf FOLDER
. "$(dirname "$0")/lib.sh"

use_architecture "$1"
use_kernel
data=$(cd "$2" && pwd)
packages=$work/packages # not to be kept
package "linux-image-$release-dbg=$version"
debug=$deb
configure
build execsnoop_bpf task_facts_bpf
mkdir -p "$data/debian/12/$machine"
"$COREBTF" trim --kernels "$debug" -o "$data/debian/12/$machine/$release.btf" \
	"$build/tests/machines/task_facts.bpf.o" "$build/samples/execsnoop/execsnoop.bpf.o"
