#!/bin/sh
# SPDX-License-Identifier: MIT
# format.sh SOURCE: each C file below SOURCE passes .clang-format, and each source file begins with
# the project's SPDX line. Other versions of clang-format format some lines differently, so only
# version 14 checks; without it the script says so and checks the SPDX lines alone.
set -eu
cd "$1"
status=0

complain() {
	echo "$*" >&2
	status=1
}

c_files=$(find embedder runner runtime samples tests -name '*.[ch]' | sort)
other_files=$(find embedder runner runtime samples tests cmake-modules dev .ci CMakeLists.txt \
	'(' -name '*.sh' -o -name '*.cmake' -o -name CMakeLists.txt -o -name dev -o -name run ')' -type f | sort)

for file in $c_files; do
	read -r line <"$file" || :
	[ "$line" = '/* SPDX-License-Identifier: MIT */' ] ||
		complain "$file:1: the first line is not: /* SPDX-License-Identifier: MIT */"
done
for file in $other_files; do
	head -n 2 "$file" | grep -qx '# SPDX-License-Identifier: MIT' ||
		complain "$file: neither of the first two lines is: # SPDX-License-Identifier: MIT"
done

clang_format=
for name in clang-format clang-format-14; do
	if "$name" --version 2>/dev/null | grep -q ' version 14\.'; then
		clang_format=$name
		break
	fi
done
if [ "$clang_format" ]; then
	# shellcheck disable=SC2086 # a list of names
	for file in $("$clang_format" --dry-run $c_files 2>&1 |
		sed -n 's/^\([^:]*\):[0-9]*:.*code should be clang-formatted.*/\1/p' | sort -u); do
		complain "$file: does not pass .clang-format; to mend it: $clang_format -i $file"
	done
else
	echo "skipped: clang-format 14 is not here, so the format of the C files was not checked"
fi
exit $status
