/* SPDX-License-Identifier: MIT */
/* As program.c, but from inside a shared object that brings its own libcorebtf.a. */
#include <corebtf.h>

int plugin_kernels(void);

__attribute__((visibility("default"))) int plugin_kernels(void)
{
	struct corebtf *corebtf;
	int count, err = corebtf_open_self(&corebtf, NULL);

	if (!err)
		err = corebtf_check(corebtf);
	if (err)
		return err;
	count = (int)corebtf_entry_count(corebtf);
	corebtf_close(corebtf);
	return count;
}
