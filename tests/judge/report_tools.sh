#!/bin/sh
# SPDX-License-Identifier: MIT
# report_tools.sh REPORT_JUDGE KERNELS
#
# Every cell of the report of Debian's package libbpf-tools, judged by libbpf. Exit status 77 when the
# package is not installed or the kernels are not there.
. "$(dirname "$0")/../support/lib.sh"
judge=$1 kernels=$2
executables=$(dpkg -L libbpf-tools 2>/dev/null | grep '/s\?bin/.' | while read -r file; do
	[ -L "$file" ] || echo "$file"
done) || :
[ "$executables" ] || skip "libbpf-tools is not installed"
[ -d "$kernels" ] || skip "$kernels is not there"
# No file of the package has a space in its name.
exec "$judge" "$kernels" $executables
