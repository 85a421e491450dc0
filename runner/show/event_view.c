/* SPDX-License-Identifier: MIT */
/*
 * In: a field and the bytes of an event. Out: which of them the field has.
 */
#include "runner/show/event_view.h"

bool event_view_extent(struct event_view *view, const struct field *field, uint64_t offset,
		       uint64_t *ret_size)
{
	uint64_t left;

	if (!event_view_has(view, offset, 0))
		return false;
	left = view->size - offset;
	*ret_size = field->takes_rest || left < field->size ? left : field->size;
	if (*ret_size < field->size && !field->is_last)
		view->is_short = true;
	return *ret_size || !field->size || field->is_last;
}

void show_context_read(struct show_context *context, const struct plan *plan)
{
	if (plan->uses[MEANING_UID] && !context->users.count)
		users_read(&context->users, "/etc/passwd");
	if (plan->uses[MEANING_KERNEL_ADDRESS] && !context->symbols.count)
		kernel_symbols_read(&context->symbols, "/proc/kallsyms");
}

void show_context_free(struct show_context *context)
{
	users_free(&context->users);
	kernel_symbols_free(&context->symbols);
}
