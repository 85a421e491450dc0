/* SPDX-License-Identifier: MIT */
/*
 * Which kernel a BTF is wanted for: the running one, or one that the caller described.
 */
#ifndef COREBTF_KERNEL_H
#define COREBTF_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/kernel/host.h"
#include "runtime/kernel/kernel_id.h"
#include "runtime/kernel/os_release.h"
#include "runtime/util/log.h"

#define KERNEL_BUILD_ID_SIZE 64 /* real ones have 20; a longer one than this is not known */

/* The strings of @id point into this struct or to what the caller gave, so the struct must not be
 * moved. What has to be read from a file is not known before kernel_learn_*() was called. */
struct kernel {
	struct kernel_id id;

	const struct host *host; /* NULL: another kernel, there is nothing to learn */
	const struct log *log;
	bool take_first; /* of BTFs that nothing tells apart (corebtf_kernel_opts.ambiguous) */
	bool build_id_learned, os_learned;
	struct utsname uname;
	struct os_release os;
	uint8_t notes_build_id[KERNEL_BUILD_ID_SIZE];
};

/*
 * Fills in @kernel from @opts, which may be NULL, and from uname(2) as corebtf.h says at struct
 * corebtf_kernel_opts. @host and @log are kept. Logs what it found and where.
 * Errors: -EINVAL (a build-id without bytes), those of uname(2).
 */
int kernel_identify(const struct host *host, const struct corebtf_kernel_opts *opts,
		    const struct log *log, struct kernel *kernel);

/* Reads /sys/kernel/notes, once, unless the build-id was given. */
void kernel_learn_build_id(struct kernel *kernel);

/* Reads the host's os-release, once, unless id or version id was given. */
void kernel_learn_os(struct kernel *kernel);

/* The GNU build-id in the bytes of ELF notes. @swapped: they are of the other byte order than the
 * host; /sys/kernel/notes never is. Returns its size and copies it, or 0 when there is none that
 * fits. */
size_t kernel_build_id_from_notes(const uint8_t *notes, size_t size, bool swapped,
				  uint8_t build_id[static KERNEL_BUILD_ID_SIZE]);

/* "1f2e..." of a build-id, cut to what fits, for the log. */
void kernel_build_id_text(const uint8_t *build_id, size_t size,
			  char text[static KERNEL_BUILD_ID_SIZE * 2 + 1]);

#endif
