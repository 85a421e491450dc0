/* SPDX-License-Identifier: MIT */
/*
 * The functions of libarchive, as pointers: archive_read_new() is sym_archive_read_new(), and so
 * on. The two functions below set them; no pointer may be called before one of these has succeeded.
 *
 * Why not simply link it: with all that it needs itself (libxml2, ICU, libstdc++) libarchive takes
 * 2 ms to load, four fifths of the time of a process that trims one raw BTF. Where it is linked
 * (COREBTF_LOAD_LIBARCHIVE=OFF), the pointers never change.
 */
#ifndef COREBTF_ARCHIVE_LIBARCHIVE_H
#define COREBTF_ARCHIVE_LIBARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

#include "runtime/util/reason.h"

#define LIBARCHIVE_FUNCTIONS(function)                                                             \
	function(archive_errno);                                                                   \
	function(archive_error_string);                                                            \
	function(archive_filter_bytes);                                                            \
	function(archive_format);                                                                  \
	function(archive_set_error);                                                               \
	function(archive_entry_filetype);                                                          \
	function(archive_entry_free);                                                              \
	function(archive_entry_hardlink);                                                          \
	function(archive_entry_hardlink_utf8);                                                     \
	function(archive_entry_new2);                                                              \
	function(archive_entry_nlink);                                                             \
	function(archive_entry_pathname);                                                          \
	function(archive_entry_pathname_utf8);                                                     \
	function(archive_entry_set_filetype);                                                      \
	function(archive_entry_set_mtime);                                                         \
	function(archive_entry_set_pathname);                                                      \
	function(archive_entry_set_perm);                                                          \
	function(archive_entry_set_size);                                                          \
	function(archive_entry_size);                                                              \
	function(archive_entry_symlink);                                                           \
	function(archive_entry_symlink_utf8);                                                      \
	function(archive_read_data);                                                               \
	function(archive_read_data_block);                                                         \
	function(archive_read_free);                                                               \
	function(archive_read_new);                                                                \
	function(archive_read_next_header);                                                        \
	function(archive_read_open);                                                               \
	function(archive_read_open_memory);                                                        \
	function(archive_read_support_filter_bzip2);                                               \
	function(archive_read_support_filter_lz4);                                                 \
	function(archive_read_support_filter_lzma);                                                \
	function(archive_read_support_filter_rpm);                                                 \
	function(archive_read_support_filter_xz);                                                  \
	function(archive_read_support_filter_zstd);                                                \
	function(archive_read_support_format_ar);                                                  \
	function(archive_read_support_format_cpio);                                                \
	function(archive_read_support_format_empty);                                               \
	function(archive_read_support_format_raw);                                                 \
	function(archive_read_support_format_tar);                                                 \
	function(archive_write_add_filter_gzip);                                                   \
	function(archive_write_add_filter_none);                                                   \
	function(archive_write_add_filter_xz);                                                     \
	function(archive_write_add_filter_zstd);                                                   \
	function(archive_write_close);                                                             \
	function(archive_write_data);                                                              \
	function(archive_write_free);                                                              \
	function(archive_write_header);                                                            \
	function(archive_write_new);                                                               \
	function(archive_write_open);                                                              \
	function(archive_write_set_bytes_in_last_block);                                           \
	function(archive_write_set_filter_option);                                                 \
	function(archive_write_set_format_gnutar);                                                 \
	function(archive_write_set_format_ustar)

#define DECLARE(name) extern __typeof__(name) *sym_##name
LIBARCHIVE_FUNCTIONS(DECLARE);
#undef DECLARE

/* sym_archive_read_new() and sym_archive_write_new(), with the library loaded before.
 * Errors: -EOPNOTSUPP the library cannot be loaded, -ENOMEM. */
int libarchive_new_reader(struct archive **ret_archive, struct reason *why);
int libarchive_new_writer(struct archive **ret_archive, struct reason *why);

#endif
