#!/bin/sh
# SPDX-License-Identifier: MIT
# A manual page of section 3 for each function that the headers declare, with all that the comment
# before it says, in its words and in their order; mandoc finds nothing wrong with any of them.
. "$(dirname "$0")/lib.sh"

have mandoc || skip "mandoc is not here"
install_package
pages=$work/prefix/share/man/man3
mandoc -Tlint -W warning "$pages"/*.3 || fail "mandoc -Tlint"

# The words of a text, without what marks names and lines of a comment.
words() {
	tr -c 'A-Za-z0-9_.()-' '\n' | sed 's/^[.()-]*//; s/[.()-]*$//; /^$/d' | tr '\n' ' '
}

count=0
for header in corebtf.h btf_core_path.h btf_core.h; do
	header=$SOURCE/runtime/include/$header
	for name in $(sed -n 's/^\(COREBTF_API\|static inline\) [^(]*[ *]\([a-z_0-9]*\)(.*/\2/p' "$header"); do
		page=$pages/$name.3
		[ -f "$page" ] || fail "no page for $name()"
		mandoc -Tascii -O width=300 "$page" | sed 's/.\x08//g' | words >"$work/page"
		# The comment that ends before the declaration, or before the one that stands before it.
		awk -v name="$name" '
			/^\/\*/ { text = "" }
			/^(\/\*| \*)/ {
				line = $0
				sub(/^ ?\/?\*+\/?/, "", line)
				sub(/\*\/$/, "", line)
				sub(/^ Errors:/, " ERRORS", line)
				text = text " " line
			}
			/^(COREBTF_API|static inline)/ && match($0, "[ *]" name "\\(") { print text; exit }' \
			"$header" | sed 's/@\([a-z_]*\):/\1/g' | words >"$work/comment"
		[ -s "$work/comment" ] || fail "$name(): no comment found"
		# Sections have headings of their own, and hyphens may break words.
		sed 's/RETURN VALUES //; s/ERRORS //' "$work/page" >"$work/plain"
		comment=$(sed 's/ERRORS //; s/ $//' "$work/comment")
		grep -qF -e "$comment" "$work/plain" || {
			printf '%s\n' "$comment"
			cat "$work/plain"
			fail "$name(): the page does not say what the header says"
		}
		count=$((count + 1))
	done
done
[ $count -gt 20 ] || fail "only $count functions found"
ok "$count pages"
