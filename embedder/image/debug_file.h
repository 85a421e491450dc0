/* SPDX-License-Identifier: MIT */
/*
 * The files beside a local ELF file that have parts of its debug information, where gdb looks for
 * them ("Debugging Information in Separate Files" in its manual):
 *
 *	split off	ROOT/.build-id/xx/yyyy.debug		by the file's build-id
 *	(debug file)	FOLDER/NAME, FOLDER/.debug/NAME,	by .gnu_debuglink: NAME and a CRC-32
 *of ROOT/FOLDER/NAME			the whole file shared, by dwz	NAME, or from FOLDER on, and
 *by .gnu_debugaltlink: NAME and the
 *	(alternate)	ROOT/.build-id/xx/yyyy.debug		build-id of that file
 *
 * FOLDER is that of the file, with links resolved. What is found is believed only with the right
 * build-id; by .gnu_debuglink also only with the right checksum.
 */
#ifndef COREBTF_IMAGE_DEBUG_FILE_H
#define COREBTF_IMAGE_DEBUG_FILE_H

#include "embedder/elf/elf_file.h"
#include "embedder/image/kernel_btf.h"

#define DEBUG_FILE_ROOT "/usr/lib/debug"

/* @file is the one at @path. @root: DEBUG_FILE_ROOT. @ret_bytes: mapped; it has .debug_info.
 * Error: -ENODATA none was found; @why says where one was looked for. */
int debug_file_open(const struct elf_file *file, const char *path, const char *root,
		    struct kernel_btf *ret_bytes, struct reason *why);

/* What .gnu_debugaltlink names; NULL: the section is not there or damaged. */
const char *debug_file_alternate_name(const struct elf_file *file);

/* Errors: -ENOENT not found, -EBADMSG a damaged .gnu_debugaltlink. */
int debug_file_open_alternate(const struct elf_file *file, const char *path, const char *root,
			      struct kernel_btf *ret_bytes, struct reason *why);

#endif
