/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "tests/runtime/open/carrier.h"

int carrier_find(int in_own_object, const char *release, char text[static CARRIER_TEXT_SIZE])
{
	const struct corebtf_kernel_opts kernel = {
		.sz = sizeof(kernel), .release = release, .machine = "x86_64"};
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct corebtf *corebtf;
	const void *btf;
	size_t size = 0;
	int err = in_own_object ? corebtf_open_object((const void *)carrier_find, &corebtf, NULL)
				: corebtf_open_self(&corebtf, NULL);

	if (err)
		return err;
	err = corebtf_find_entry(corebtf, &kernel, &entry);
	if (!err)
		err = corebtf_entry_btf(corebtf, &entry, &btf, &size);
	if (!err)
		snprintf(text, CARRIER_TEXT_SIZE, "%.*s", (int)size, (const char *)btf);
	corebtf_close(corebtf);
	return err;
}

#ifdef CARRIER_HAS_LOCATE
#include "runtime/locate/locate.h"

int carrier_locate(const struct host *host, char text[static CARRIER_TEXT_SIZE],
		   struct corebtf_origin *origin)
{
	const struct corebtf_path_opts opts = {.sz = sizeof(opts), .ret_origin = origin};
	char *path = NULL;
	FILE *file;
	int err = locate_path(host, NULL, &path, &opts);

	if (err)
		return err;
	memset(text, 0, CARRIER_TEXT_SIZE);
	file = fopen(path, "re");
	if (file) {
		text[fread(text, 1, CARRIER_TEXT_SIZE - 1, file)] = '\0';
		fclose(file);
	}
	corebtf_path_free(path);
	return 0;
}
#endif
