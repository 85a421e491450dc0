/* SPDX-License-Identifier: MIT */
/* Prints what it carries: how many kernels, and whether each of their BTFs is valid. */
#include <stdio.h>
#include <string.h>

#include <corebtf.h>

int main(void)
{
	struct corebtf *corebtf;
	int err = corebtf_open_self(&corebtf, NULL);

	if (!err)
		err = corebtf_check(corebtf);
	if (err) {
		fprintf(stderr, "program: %s\n", strerror(-err));
		return 1;
	}
	printf("program: %zu kernels\n", corebtf_entry_count(corebtf));
	corebtf_close(corebtf);
	return 0;
}
