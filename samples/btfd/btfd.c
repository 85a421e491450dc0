/* SPDX-License-Identifier: MIT */
/*
 * btfd - a daemon that runs BPF objects on kernels with and without BTF.
 *
 * It loads any number of objects with the BTF of the running kernel, from its own
 * section .corebtf or a bundle file, keeps nothing of that BTF, and on SIGHUP loads new objects and
 * a new bundle without missing an event. In the order of the data:
 *
 *	object_list	paths -> bytes of BPF objects
 *	kernel_btf	this kernel -> its BTF, as a path for libbpf
 *	program_set	objects and BTF -> programs, loaded and attached
 *	event_stream	what they report -> lines; recent_events drops duplicates
 *	daemon		when each of these happens; notify tells the service manager
 */
#include <stdlib.h>

#include "daemon.h"
#include "settings.h"

int main(int argc, char **argv)
{
	struct settings settings;
	int status = settings_parse(argc, argv, &settings);

	if (status >= 0)
		return status;
	return daemon_run(&settings) ? EXIT_FAILURE : EXIT_SUCCESS;
}
