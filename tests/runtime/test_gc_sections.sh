#!/bin/sh
# SPDX-License-Identifier: MIT
# A link with --gc-sections leaves out the functions of the static library that a program does not
# call, though the library is one object: test_gc_sections.sh CC LIBRARY INCLUDE [SANITIZER...]
. "$(dirname "$0")/../support/lib.sh"
cc=$1
library=$2
include=$3
shift 3
needs nm
[ $# -eq 0 ] || skip "a sanitizer keeps every section"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat >"$scratch/program.c" <<'END'
#include <corebtf.h>

int main(int count, char **arguments)
{
	struct corebtf *corebtf = 0;
	int err = corebtf_open_self(&corebtf, 0);

#ifdef OPEN_TAR
	if (err)
		err = corebtf_open_tar(arguments[0], (size_t)count, &corebtf, 0);
#endif
	(void)count;
	(void)arguments;
	corebtf_close(corebtf);
	return !err;
}
END
functions() { # [FLAG...]: which of the library's functions for tars and folders are in the program
	"$cc" "$@" -I"$include" "$scratch/program.c" "$library" -Wl,--gc-sections -llzma -lz -pthread \
		-o "$scratch/program"
	nm "$scratch/program" | awk '$3 ~ /^(tar_bundle_read|tar_find|btf_folder_path|bundle_open)$/ { print $3 }' |
		sort | tr '\n' ' '
}
found=$(functions)
[ "$found" = "bundle_open " ] || fail "without a tar there are: $found"
found=$(functions -DOPEN_TAR)
[ "$found" = "bundle_open tar_bundle_read " ] || fail "with corebtf_open_tar() there are: $found"
