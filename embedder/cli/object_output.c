/* SPDX-License-Identifier: MIT */
#include "embedder/cli/object_output.h"

#include "embedder/cli/output.h"
#include "embedder/cli/report.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "runtime/kernel/machine.h"

int object_output_find_target(struct object_output *output)
{
	_cleanup_free_ void *data = NULL;
	struct reason why = {""};
	size_t size;
	int err;

	if (output->machine) {
		err = elf_object_find_target(machine_canonical(output->machine), &output->target);
		if (err)
			report_failure(output->machine,
				       "this machine is not known here (known are %s): give a file "
				       "that was compiled for it with --like",
				       elf_object_target_names());
		return err;
	}
	err = input_file_read(output->like, SIZE_MAX / 2, &data, &size, &why);
	if (!err)
		err = elf_object_read_target(data, size, &output->target, &why);
	if (err)
		report_failure(output->like, "%s", why.text);
	return err;
}

const char *object_output_machine(const struct object_output *output)
{
	return machine_from_elf(output->target.machine, output->target.codec.is_64bit,
				output->target.codec.big_endian);
}

int object_output_write(const struct object_output *output, const char *path, const char *origin,
			const void *bundle, size_t size)
{
	_cleanup_free_ void *object = NULL;
	struct reason why = {""};
	size_t object_size = 0;
	int err = elf_object_make(&output->target, bundle, size, output->symbol, &object,
				  &object_size, &why);

	if (err) {
		report_failure(origin, "%s", why.text);
		return err;
	}
	return output_save(path, object, object_size);
}
