# SPDX-License-Identifier: MIT
# The same input gives the same bytes, for any order of the arguments and number of threads.
. "$FLOW/lib.sh"
make_object a.bpf.o
make_object b.bpf.o -DWITH_MISSING
make_program exe a.bpf.o
kernels=$KERNELS

status 0 embed exe a.bpf.o b.bpf.o --kernels "$kernels" --all-machines --jobs 1 -o first
for jobs in 2 3 16; do
	status 0 embed exe a.bpf.o b.bpf.o --kernels "$kernels" --all-machines --jobs $jobs -o other
	same other first
done
status 0 embed --all-machines --kernels "$kernels" --output other exe b.bpf.o a.bpf.o
same other first
set -- "$kernels"/*/*
status 0 embed -q exe b.bpf.o --kernels "$@" --all-machines --kernels="$kernels" a.bpf.o -o other
same other first
reversed=
for folder; do
	reversed="$folder $reversed"
done
# shellcheck disable=SC2086
status 0 embed -j2 --kernels $reversed -o other --all-machines -- exe a.bpf.o b.bpf.o a.bpf.o
same other first
# A copy of the tree elsewhere, by a relative path, gives the same bytes.
cp -R "$kernels"/* .
status 0 embed exe a.bpf.o b.bpf.o --kernels debian --all-machines -o other
same other first
