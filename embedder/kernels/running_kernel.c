/* SPDX-License-Identifier: MIT */
/*
 * In: nothing. Out: the key of the running kernel, by the same eyes with which the runtime will
 * look for it, so that the two cannot disagree.
 */
#include "embedder/kernels/running_kernel.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/kernels/kernel_path.h"
#include "embedder/util/cleanup.h"
#include "runtime/kernel/kernel.h"

int running_kernel_read(struct kernel_id *ret_id, struct reason *why)
{
	_cleanup_(kernel_id_clear) struct kernel_id id = {0};
	struct host host = {0};
	struct log log = {0};
	struct kernel kernel;
	int err = kernel_identify(&host, NULL, &log, &kernel);

	if (err)
		return reason_errno(why, err, "cannot ask the running kernel who it is");
	kernel_learn_build_id(&kernel);
	kernel_learn_os(&kernel);
	id.release = strdup(kernel.release);
	id.machine = strdup(kernel.machine);
	id.os_id = strdup(kernel.os_id);
	id.version_id = strdup(kernel.version_id);
	id.uname_version = strdup(kernel.uname_version);
	if (!id.release || !id.machine || !id.os_id || !id.version_id || !id.uname_version)
		return reason_errno(why, -ENOMEM, "cannot keep the kernel's name");
	if (kernel.build_id_size <= sizeof(id.build_id)) {
		memcpy(id.build_id, kernel.build_id, kernel.build_id_size);
		id.build_id_size = kernel.build_id_size;
	}
	*ret_id = id;
	memset(&id, 0, sizeof(id));
	return 0;
}
