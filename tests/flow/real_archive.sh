# SPDX-License-Identifier: MIT
# An archive of real kernels, all that are here, through all commands.
. "$FLOW/lib.sh"
. "$FLOW/archive_lib.sh"
[ ! -d "$SHARED_KERNELS" ] || KERNELS=$SHARED_KERNELS
make_object probe.bpf.o
make_program program probe.bpf.o
through "$KERNELS" "$(find "$KERNELS" -name '*.btf.tar.xz' | wc -l)"
