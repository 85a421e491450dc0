/* SPDX-License-Identifier: MIT */
/*
 * A package.json from outside; and the same bytes as the lines that the runner reads.
 */
#include <stdlib.h>
#include <string.h>

#include "embedder/package/bpf_package.h"
#include "runner/options/defaults.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct variables none = {0};
	struct defaults defaults = {0};
	struct bpf_package package;
	struct reason why;
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	if (!bpf_package_read(text, size, &package, &why)) {
		/* What we write must be what the runner takes. */
		if (defaults_read(&defaults, package.defaults, &none, &why))
			abort();
		defaults_free(&defaults);
		bpf_package_free(&package);
	}
	if (!defaults_read(&defaults, text, &none, &why))
		size = 0;
	defaults_free(&defaults);
	free(text);
	return 0;
}
