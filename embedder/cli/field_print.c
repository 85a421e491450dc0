/* SPDX-License-Identifier: MIT */
#include "embedder/cli/field_print.h"

#include <inttypes.h>
#include <stdio.h>

#include "embedder/cli/report.h"
#include "embedder/facts/type_text.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"
#include "runtime/btf/btf_source.h"
#include "runtime/field/field_find.h"

static void print(const char *name, const struct field_found *found, const char *type)
{
	const struct field_place *place = &found->place;

	if (place->is_enumerator)
		printf("%s: value %" PRId64 ", %s\n", name, found->value, type);
	else if (place->bit_size)
		printf("%s: bit offset %" PRIu64 ", %" PRIu32 " bit%s, %s\n", name,
		       place->bit_offset, place->bit_size, text_plural(place->bit_size), type);
	else
		printf("%s: offset %" PRIu64 ", size %" PRIu64 ", %s\n", name,
		       place->bit_offset / 8, found->size, type);
}

int field_print(const char *path, const void *btf, size_t size, const char *const *names,
		size_t count)
{
	struct btf_source source = {0};
	struct reason why = {""};
	int first = btf_source_open(&source, btf, size, &why);

	if (first)
		report_failure(path, "%s", why.text);
	for (size_t i = 0; i < count && first != -EBADMSG; i++) {
		struct field_found found;
		char type[256];
		int err = field_find(&source.types, names[i], &found, &why);

		if (err) {
			report_failure(path, "%s", why.text);
			first = first ? first : err;
			continue;
		}
		type_text(&source.types.view, found.place.type, type, sizeof(type));
		print(names[i], &found, type);
	}
	btf_source_free(&source);
	return first;
}
