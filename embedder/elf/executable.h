/* SPDX-License-Identifier: MIT */
/*
 * The section .corebtf of a finished ELF file: add it, replace it, remove it. No byte that a
 * program header maps is moved, except the bundle itself.
 */
#ifndef COREBTF_ELF_EXECUTABLE_H
#define COREBTF_ELF_EXECUTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/util/reason.h"

/* How a file takes a bundle; the file decides. */
enum executable_way {
	EXECUTABLE_SECTION, /* a section is added at its end, which no program header maps: some
			     * tools drop it */
	EXECUTABLE_SEGMENT, /* into the segment that linker-scripts/corebtf.ld reserved */
	EXECUTABLE_REFUSES, /* it has a loaded section .corebtf that must not be touched */
};

/* Where that puts the bundle, and what its user must know of a section; static. */
const char *executable_place(enum executable_way way);
const char *executable_warning(void);

/* What the embedder needs to know about a target before it writes a bundle for it. */
struct executable_info {
	bool big_endian;
	bool is_64bit;
	uint16_t machine; /* e_machine */
	bool has_bundle;  /* it has a section .corebtf, and if that is reserved, it is filled */
	enum executable_way way;
};

/*
 * Errors: -ENOEXEC no ELF executable or shared object, -EBADMSG a damaged one. For a file that
 * cannot take a bundle (EXECUTABLE_REFUSES), 0 is returned and @why says why not, and what to do.
 */
int executable_inspect(const char *path, struct executable_info *ret_info, struct reason *why);

/*
 * Writes @path with @bundle as its section .corebtf to @output, which may be @path itself. What
 * the section held is replaced. Mode and owner are kept; the output is written whole or not
 * at all. @bundle must have the byte order of the file (-EINVAL when it says otherwise).
 * Errors: those of executable_inspect(); -EOPNOTSUPP it refuses a bundle; -EFBIG a 32-bit file
 * would pass 4 GiB; those of output_file.h.
 *
 * Bytes that something has appended to the program move with the section headers when a segment is
 * filled. With an added section they stay where they are, but not at the file's end: a program
 * that counts back from there, or on from the end of the section headers as AppImages do, has to
 * get its payload after the bundle.
 */
int executable_attach(const char *path, const char *output, const void *bundle, size_t size,
		      struct reason *why);

/* Writes @path without its section to @output, or with its reserved segment empty again; what
 * executable_attach() was given comes back to the byte. -ENODATA: there is nothing to take out.
 * Else as executable_attach(). */
int executable_remove(const char *path, const char *output, struct reason *why);

/*
 * Writes @runner with @payload in its segment for a tool (elf_tool_segment.h) and @bundle in the
 * one for bundles, to @output; @bundle NULL: that one stays empty. The output has the mode of
 * @runner. Errors: those of executable_attach() and elf_tool_segment_fill().
 */
int executable_make_tool(const char *runner, const char *output, const void *payload,
			 size_t payload_size, const void *bundle, size_t bundle_size,
			 struct reason *why);

#endif
