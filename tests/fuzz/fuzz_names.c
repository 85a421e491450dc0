/* SPDX-License-Identifier: MIT */
/*
 * Any text as input about kernels and distributions: an os-release file, uname -v, a release, an id
 * and a version (the text's first two lines).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/kernel/distro.h"
#include "runtime/kernel/os_release.h"
#include "runtime/kernel/release.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Normalising a result again must not change it, or the two sides could disagree. */
static void normalise(const char *id, const char *version)
{
	struct distro once, twice;

	distro_normalise(id, version, &once);
	distro_normalise(once.id, once.version, &twice);
	if (strcmp(once.id, twice.id) || strcmp(once.version, twice.version))
		abort();
	distro_version_number(once.version);
}

static void read_release(const char *text)
{
	struct release release;

	if (!release_read(text, &release))
		return;
	if (strlen(release.pattern) >= sizeof(release.pattern) || release.number_count < 2 ||
	    release.number_count > RELEASE_NUMBERS || release_compare(&release, &release))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *second;
	struct distro_hint hint;
	struct os_release os;

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	os_release_parse(text, size, &os);
	normalise(os.id, os.version_id);
	if (distro_from_uname_version(text, &hint) && !*hint.distro.id)
		abort();
	read_release(text);
	second = strchr(text, '\n');
	if (second) {
		*second++ = '\0';
		second[strcspn(second, "\n")] = '\0';
		normalise(text, second);
		read_release(text);
	}
	free(text);
	return 0;
}
