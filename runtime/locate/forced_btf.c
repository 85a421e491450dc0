/* SPDX-License-Identifier: MIT */
/*
 * The BTF that the user forces, COREBTF_BTF or an option.
 */
#include <errno.h>
#include <string.h>

#include "runtime/util/file_bytes.h"
#include "runtime/handover/btf_path.h"
#include "runtime/locate/source.h"
#include "runtime/util/cleanup.h"
#include "runtime/util/origin.h"

/* Raw BTF of either byte order, or ELF: what libbpf takes. */
static bool is_btf_or_elf(const unsigned char start[static 4])
{
	return (start[0] == 0x9f && start[1] == 0xeb) || (start[0] == 0xeb && start[1] == 0x9f) ||
	       !memcmp(start,
		       "\x7f"
		       "ELF",
		       4);
}

/* What the user forces is not compared with the kernel, on purpose. */
int source_forced_btf(struct locate *locate, char **ret_path)
{
	const char *path = locate->opts.btf_path;
	const struct log log = {
		.write = locate->log.write, .context = locate->log.context, .subject = path};
	unsigned char start[4] = {0};
	_cleanup_fd_ int fd = -1;
	uint64_t size;
	int err;

	if (!path)
		return source_pass(locate, -ENODATA);
	err = file_bytes_open(path, &log, &fd, &size);
	if (err)
		return source_named_error(err);
	if (file_bytes_read(fd, start, sizeof(start), 0) || !is_btf_or_elf(start))
		return log_error(&log, -EBADMSG,
				 "is neither BTF nor ELF, but was named as the BTF to use");
	err = btf_path_of_file(path, ret_path);
	if (err)
		return log_error(&log, err, "no memory");
	locate->origin.source = COREBTF_SOURCE_FORCED;
	ORIGIN_TEXT(locate->origin.file, path);
	return SOURCE_FOUND;
}
