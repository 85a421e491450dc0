/* SPDX-License-Identifier: MIT */
/*
 * uname(2) and /sys/kernel/notes describe the kernel itself and are the same in every container;
 * os-release is a file, see os_release.h.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "runtime/util/bytes.h"
#include "runtime/kernel/kernel.h"
#include "runtime/kernel/machine.h"

#define NOTES_PATH  "/sys/kernel/notes"
#define NOTES_LIMIT 16384 /* a kernel has some 500 bytes of them */

static size_t round_up_to_4(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

/*
 * Notes: { u32 namesz, descsz, type; name and desc, each padded to 4 }. What does not fit into the
 * bytes left ends the walk.
 */
size_t kernel_build_id_from_notes(const uint8_t *notes, size_t size, bool swapped,
				  uint8_t build_id[static KERNEL_BUILD_ID_SIZE])
{
	while (size >= sizeof(Elf32_Nhdr)) {
		size_t name_size = (size_t)BYTES_MEMBER(notes, Elf32_Nhdr, n_namesz, swapped);
		size_t desc_size = (size_t)BYTES_MEMBER(notes, Elf32_Nhdr, n_descsz, swapped);
		uint64_t type = BYTES_MEMBER(notes, Elf32_Nhdr, n_type, swapped);
		const uint8_t *name = notes + sizeof(Elf32_Nhdr);
		size_t left = size - sizeof(Elf32_Nhdr);
		const uint8_t *desc;

		if (name_size > left || round_up_to_4(name_size) > left)
			return 0;
		desc = name + round_up_to_4(name_size);
		left -= round_up_to_4(name_size);
		if (desc_size > left)
			return 0;
		if (type == NT_GNU_BUILD_ID && name_size == sizeof("GNU") &&
		    !memcmp(name, "GNU", sizeof("GNU"))) {
			if (desc_size > KERNEL_BUILD_ID_SIZE)
				return 0;
			memcpy(build_id, desc, desc_size);
			return desc_size;
		}
		if (round_up_to_4(desc_size) > left) /* the last one may lack its padding */
			return 0;
		notes = desc + round_up_to_4(desc_size);
		size = left - round_up_to_4(desc_size);
	}
	return 0;
}

void kernel_build_id_text(const uint8_t *build_id, size_t size,
			  char text[static KERNEL_BUILD_ID_SIZE * 2 + 1])
{
	static const char digits[] = "0123456789abcdef";
	size_t length = 0;

	for (size_t i = 0; i < size && i < KERNEL_BUILD_ID_SIZE; i++) {
		text[length++] = digits[build_id[i] >> 4];
		text[length++] = digits[build_id[i] & 15];
	}
	text[length] = '\0';
}

static const char *known(const char *string)
{
	return *string ? string : "(not known)";
}

static int from_uname(struct kernel *kernel)
{
	const char *sibling;
	int err = host_uname(kernel->host, &kernel->uname);

	if (err)
		return log_error(kernel->log, err, "uname: %s", strerror(-err));
	kernel->id.release = kernel->uname.release;
	kernel->id.machine = kernel->uname.machine;
	kernel->id.uname_version = kernel->uname.version;
	log_line(kernel->log, "running kernel: release %s, machine %s, version %s (uname)",
		 kernel->id.release, kernel->id.machine, kernel->id.uname_version);

	/* Under setarch uname reports a 32-bit machine to every process. One of 64 bits knows that
	 * this cannot be. */
	sibling = machine_64bit_sibling(machine_canonical(kernel->id.machine));
	if (sizeof(void *) == sizeof(uint64_t) && sibling) {
		log_line(kernel->log, "running kernel: of machine %s, as this process has 64 bits",
			 sibling);
		kernel->id.machine = sibling;
	}
	return 0;
}

void kernel_learn_build_id(struct kernel *kernel)
{
	char text[KERNEL_BUILD_ID_SIZE * 2 + 1];
	uint8_t notes[NOTES_LIMIT];
	long size;

	if (!kernel->host || kernel->build_id_learned)
		return;
	kernel->build_id_learned = true;
	size = host_read(kernel->host, NOTES_PATH, notes, sizeof(notes));
	if (size > 0)
		kernel->id.build_id_size = kernel_build_id_from_notes(notes, (size_t)size, false,
								      kernel->notes_build_id);
	if (!log_is_on(kernel->log))
		return;
	kernel_build_id_text(kernel->id.build_id, kernel->id.build_id_size, text);
	log_line(kernel->log, "running kernel: build-id %s (" NOTES_PATH "%s%s)", known(text),
		 size < 0 ? ": " : "", size < 0 ? strerror((int)-size) : "");
}

void kernel_learn_os(struct kernel *kernel)
{
	if (!kernel->host || kernel->os_learned)
		return;
	kernel->os_learned = true;
	os_release_read(kernel->host, kernel->log, &kernel->os);
	kernel->id.os_id = kernel->os.id;
	kernel->id.version_id = kernel->os.version_id;
	log_line(kernel->log, "host: os id %s, version id %s (%s)", known(kernel->id.os_id),
		 known(kernel->id.version_id),
		 *kernel->os.source ? kernel->os.source : "no os-release can be read");
}

static bool is_given(const char *string)
{
	return string && *string;
}

int kernel_identify(const struct host *host, const struct corebtf_kernel_opts *opts,
		    const struct log *log, struct kernel *kernel)
{
	int err;

	memset(kernel, 0, sizeof(*kernel));
	kernel->id = KERNEL_ID_UNKNOWN;
	kernel->id.build_id = kernel->notes_build_id;
	kernel->log = log;
	if (opts && opts->build_id_size && !opts->build_id)
		return log_error(log, -EINVAL, "a build-id of %zu bytes, but no bytes",
				 opts->build_id_size);

	/* With a release, the caller means another kernel than the running one. */
	if (!opts || !is_given(opts->release)) {
		kernel->host = host;
		err = from_uname(kernel);
		if (err)
			return err;
	}
	if (opts) {
		kernel->take_first = opts->ambiguous == COREBTF_AMBIGUOUS_FIRST;
		if (is_given(opts->release))
			kernel->id.release = opts->release;
		if (is_given(opts->machine))
			kernel->id.machine = opts->machine;
		if (is_given(opts->uname_version))
			kernel->id.uname_version = opts->uname_version;
		/* The id of one distribution is not mixed with the version of another. */
		if (is_given(opts->os_id) || is_given(opts->version_id)) {
			kernel->id.os_id = opts->os_id ? opts->os_id : "";
			kernel->id.version_id = opts->version_id ? opts->version_id : "";
			kernel->os_learned = true;
		}
		if (opts->build_id_size) {
			kernel->id.build_id = opts->build_id;
			kernel->id.build_id_size = opts->build_id_size;
			kernel->build_id_learned = true;
		}
	}
	kernel->id.machine = machine_canonical(kernel->id.machine);
	return 0;
}
