/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a file: finding the section, mapping it, opening what is in it.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/open/handle.h"
#include "runtime/executable/section.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct log nobody = {.write = NULL, .subject = ""};
	struct corebtf *handle;
	struct section section;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (!section_find(fd, size, &nobody, &section) &&
	    (!section.size || section.offset > size || section.size > size - section.offset))
		abort();
	if (!handle_new("fuzz", NULL, &handle)) {
		if (!handle_open_file(handle, fd, size))
			corebtf_check(handle);
		handle_free(handle);
	}
	close(fd);
	return 0;
}
