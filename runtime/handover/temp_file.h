/* SPDX-License-Identifier: MIT */
/*
 * An empty file in a folder, without or with a name.
 */
#ifndef COREBTF_TEMP_FILE_H
#define COREBTF_TEMP_FILE_H

/*
 * A private file that vanishes with its last descriptor. Returns the descriptor (close-on-exec, for
 * reading and writing) or -errno. Where the folder's filesystem has no O_TMPFILE, the file has a
 * name for a moment; -EPERM when the folder is not safe enough for that.
 */
int temp_file_unnamed(const char *folder);

/*
 * A file with mode 0600 and a name, which the caller removes. @folder must be safe. The
 * returned descriptor holds a lock for as long as the name is needed. Files that a killed process
 * left in that folder have no lock any more; this call removes them.
 *
 * @ret_path: malloc'd, the caller frees it.
 */
int temp_file_named(const char *folder, char **ret_path);

#endif
