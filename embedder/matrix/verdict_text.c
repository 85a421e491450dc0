/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "embedder/matrix/verdict_text.h"

/* What the best candidate lacks: "has no .state", "cannot be indexed with [7]". */
static void lacking_text(const struct verdict *verdict, const struct request *request, char *buffer,
			 size_t size)
{
	const struct accessor *accessor;

	if (request->enumerator.length) {
		snprintf(buffer, size, "has no %s", request->enumerator.text);
		return;
	}
	if (verdict->reached >= request->accessor_count) {
		snprintf(buffer, size, "does not match");
		return;
	}
	accessor = &request->accessors[verdict->reached];
	if (accessor->name.length)
		snprintf(buffer, size, "has no .%s of this type", accessor->name.text);
	else
		snprintf(buffer, size, "cannot be indexed with [%u]", accessor->index);
}

static void missing_text(const struct verdict *verdict, const struct request *request, char *buffer,
			 size_t size)
{
	const struct symbol *root = &request->root_type.name;
	char lacking[256];

	if (!verdict->candidates) {
		snprintf(buffer, size, "this kernel has no %.*s", (int)root->essential_length,
			 root->text);
		return;
	}
	lacking_text(verdict, request, lacking, sizeof(lacking));
	snprintf(buffer, size, "%.*s %s", (int)root->essential_length, root->text, lacking);
}

int verdict_text(const struct verdict *verdict, const struct request *request, char *buffer,
		 size_t size)
{
	char missing[400];

	switch (verdict->outcome) {
	case VERDICT_FOUND:
		return snprintf(buffer, size, "found, value %llu",
				(unsigned long long)verdict->value);
	case VERDICT_ABSENT:
		missing_text(verdict, request, missing, sizeof(missing));
		return snprintf(buffer, size, "%s, which is what the program asks", missing);
	case VERDICT_MISSING:
		missing_text(verdict, request, missing, sizeof(missing));
		return snprintf(buffer, size, "%s; libbpf poisons the instruction", missing);
	case VERDICT_AMBIGUOUS:
		return snprintf(
			buffer, size,
			"%u of %u types of that name match and disagree; libbpf refuses the "
			"object",
			verdict->matches, verdict->candidates);
	case VERDICT_REFUSED:
		break;
	}
	return snprintf(buffer, size, "%s; libbpf refuses the object",
			request->broken ? request->broken : strerror(-verdict->refusal));
}
