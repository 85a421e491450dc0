/* SPDX-License-Identifier: MIT */
/*
 * An empty file in a folder: without a name where that can be had, with one where a name is what
 * is needed.
 */
#ifndef COREBTF_TEMP_FILE_H
#define COREBTF_TEMP_FILE_H

/*
 * A file of this process alone, which goes with its last descriptor. Returns the descriptor
 * (close-on-exec, for reading and writing) or -errno. Where the folder's filesystem
 * has no O_TMPFILE, the file has a name for a moment, if the folder is safe; otherwise -EPERM.
 */
int temp_file_unnamed(const char *folder);

/*
 * A file with mode 0600 and a name, which the caller removes. @folder must be safe. The
 * descriptor that is returned holds a lock for as long as the name is needed: files that a killed
 * process left behind in that folder have lost theirs, and are removed by this call.
 *
 * @ret_path: malloc'd, the caller frees it.
 */
int temp_file_named(const char *folder, char **ret_path);

#endif
