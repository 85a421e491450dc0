/* SPDX-License-Identifier: MIT */
/*
 * In: nothing. Out: the key of the running kernel, read by the runtime's own code, so that the
 * lookup later reads the same.
 */
#include "embedder/kernels/running_kernel.h"

#include "embedder/util/own_kernel_id.h"
#include "runtime/kernel/kernel.h"

int running_kernel_read(struct kernel_id *ret_id, struct reason *why)
{
	struct host host = {0};
	struct log log = {0};
	struct kernel kernel;
	int err = kernel_identify(&host, NULL, &log, &kernel);

	if (err)
		return reason_errno(why, err,
				    "cannot read the running kernel's release and machine");
	kernel_learn_build_id(&kernel);
	kernel_learn_os(&kernel);
	if (kernel.id.build_id_size > KERNEL_ID_BUILD_ID_MAX)
		kernel.id.build_id_size = 0;
	if (kernel_id_copy(&kernel.id, ret_id))
		return reason_errno(why, -ENOMEM, "cannot keep the kernel's name");
	return 0;
}
