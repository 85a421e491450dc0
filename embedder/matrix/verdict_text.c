/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "embedder/matrix/verdict_text.h"
#include "embedder/relo/relo_text.h"

/* The first thing that is not in the kernel. */
static void missing_text(const struct verdict *verdict, const struct request *request, char *buffer,
			 size_t size)
{
	bool has_type = verdict->candidates, is_member = false;
	uint32_t steps = has_type ? verdict->reached + 1 : 0;
	char access[400];

	request_access_text(request, steps, access, sizeof(access));
	if (has_type && request->shape) {
		snprintf(buffer, size, "this kernel's %s does not match", access);
		return;
	}
	if (has_type && verdict->reached < request->accessor_count)
		is_member = request->accessors[verdict->reached].name.length;
	snprintf(buffer, size, "this kernel has no %s%s", access,
		 is_member ? ", or it has another type" : "");
}

bool verdict_text_same(const struct verdict *a, const struct verdict *b)
{
	if (a->outcome != b->outcome)
		return false;
	switch (a->outcome) {
	case VERDICT_FOUND:
		return a->value == b->value;
	case VERDICT_ABSENT:
	case VERDICT_MISSING:
		return !a->candidates == !b->candidates && a->reached == b->reached;
	case VERDICT_AMBIGUOUS:
		return a->matches == b->matches && a->candidates == b->candidates;
	case VERDICT_REFUSED:
		break;
	}
	return a->refusal == b->refusal;
}

int verdict_text(const struct verdict *verdict, const struct request *request, char *buffer,
		 size_t size)
{
	char missing[480];

	switch (verdict->outcome) {
	case VERDICT_FOUND:
		return snprintf(buffer, size, "found, value %llu",
				(unsigned long long)verdict->value);
	case VERDICT_ABSENT:
		missing_text(verdict, request, missing, sizeof(missing));
		return snprintf(buffer, size, "%s; libbpf writes 0", missing);
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
