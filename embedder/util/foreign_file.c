/* SPDX-License-Identifier: MIT */
#include "embedder/util/foreign_file.h"

#include <string.h>

#include "runtime/bundle/format.h"

static const struct {
	const char *magic;
	size_t size;
	const char *name;
} kinds[] = {
	{"#!", 2, "a script"},
	{"MZ", 2, "a Windows or EFI program (PE)"},
	{"\xfe\xed\xfa\xce", 4, "a macOS program (Mach-O)"},
	{"\xce\xfa\xed\xfe", 4, "a macOS program (Mach-O)"},
	{"\xfe\xed\xfa\xcf", 4, "a macOS program (Mach-O)"},
	{"\xcf\xfa\xed\xfe", 4, "a macOS program (Mach-O)"},
	{"\xca\xfe\xba\xbe", 4, "a macOS program for several machines (Mach-O), or a Java class"},
	{"!<arch>\n", 8, "a static library or a Debian package"},
	{COREBTF_MAGIC, COREBTF_MAGIC_SIZE, "a bundle of corebtf"},
	{"BC\xc0\xde", 4, "LLVM bitcode (was it compiled with -flto?)"},
};

const char *foreign_file_name(const void *start, size_t size)
{
	const unsigned char *bytes = start;
	size_t zeros = 0;

	if (!size)
		return "empty";
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (size >= kinds[i].size && memcmp(start, kinds[i].magic, kinds[i].size) == 0)
			return kinds[i].name;
	}
	/* As many as a block of a tar has. */
	while (zeros < size && zeros < 512 && !bytes[zeros])
		zeros++;
	return zeros == size || zeros == 512
		       ? "a file that starts with zero bytes (an incomplete copy?)"
		       : NULL;
}
