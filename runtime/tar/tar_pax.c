/* SPDX-License-Identifier: MIT */
/*
 * A state machine over single bytes: length, keyword, value. The length includes itself, so it is
 * compared with the number of bytes read, and never used to allocate memory.
 */
#include <string.h>

#include "runtime/tar/tar.h"
#include "runtime/tar/tar_pax.h"

#define RECORD_MAX (UINT64_C(1) << 32)

void tar_pax_start(struct tar_pax *pax, char *path, char *linkpath)
{
	pax->path = path;
	pax->linkpath = linkpath;
	pax->state = PAX_LENGTH;
	pax->record_size = 0;
	pax->record_done = 0;
}

/* The keyword is complete: where does its value go? */
static void start_value(struct tar_pax *pax)
{
	bool is_whole = pax->keyword_length < sizeof(pax->keyword);
	const char *keyword = is_whole ? pax->keyword : "";

	pax->state = PAX_VALUE;
	pax->value = NULL;
	pax->value_length = 0;
	pax->value_room = TAR_NAME_SIZE;
	if (is_whole)
		pax->keyword[pax->keyword_length] = '\0';
	if (!strcmp(keyword, "GNU.sparse.name")) {
		/* "path" and the header have a made-up one then, from GNU tar's newest sparse
		 * format */
		pax->value = pax->path;
		pax->has_sparse_name = true;
	} else if (!strcmp(keyword, "path")) {
		pax->value = pax->has_sparse_name ? NULL : pax->path;
	} else if (!strcmp(keyword, "linkpath")) {
		pax->value = pax->linkpath;
	} else if (!strcmp(keyword, "size")) {
		pax->value = pax->number;
		pax->value_room = sizeof(pax->number);
	}
	if (!strncmp(keyword, "GNU.sparse.", strlen("GNU.sparse.")))
		pax->is_sparse = true;
}

static bool end_number(struct tar_pax *pax)
{
	uint64_t number = 0;

	if (!pax->has_size)
		return true;
	if (pax->value_length >= sizeof(pax->number))
		return false;
	for (size_t i = 0; i < pax->value_length; i++) {
		if (pax->number[i] < '0' || pax->number[i] > '9' || number > UINT64_MAX / 16)
			return false;
		number = number * 10 + (uint64_t)(pax->number[i] - '0');
	}
	pax->size = number;
	return true;
}

static bool end_value(struct tar_pax *pax)
{
	bool is_none;

	pax->state = PAX_LENGTH;
	pax->record_size = 0;
	pax->record_done = 0;
	if (!pax->value)
		return true;
	if (pax->value == pax->number) {
		pax->has_size = pax->value_length != 0;
		return end_number(pax);
	}
	/* Half a name would be another name. */
	is_none =
		pax->value_length >= pax->value_room || memchr(pax->value, '\0', pax->value_length);
	pax->value[is_none ? 0 : pax->value_length] = '\0';
	/* An empty value takes back what an earlier record said. */
	if (pax->value == pax->path)
		pax->has_path = is_none || pax->value_length;
	else
		pax->has_linkpath = is_none || pax->value_length;
	return true;
}

static bool feed_length(struct tar_pax *pax, char byte)
{
	if (byte == ' ' && pax->record_size) {
		pax->state = PAX_KEYWORD;
		pax->keyword_length = 0;
		return true;
	}
	if (byte < '0' || byte > '9')
		return false;
	pax->record_size = pax->record_size * 10 + (uint64_t)(byte - '0');
	/* a leading zero, or a record that is longer than any archive */
	return pax->record_size && pax->record_size < RECORD_MAX;
}

bool tar_pax_feed(struct tar_pax *pax, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		char byte = bytes[i];

		pax->record_done++;
		switch (pax->state) {
		case PAX_LENGTH:
			if (!feed_length(pax, byte))
				return false;
			break;
		case PAX_KEYWORD:
			if (pax->record_done >= pax->record_size)
				return false;
			if (byte == '=')
				start_value(pax);
			else if (pax->keyword_length < sizeof(pax->keyword))
				pax->keyword[pax->keyword_length++] = byte;
			break;
		case PAX_VALUE:
			if (pax->record_done == pax->record_size) {
				if (byte != '\n' || !end_value(pax))
					return false;
				break;
			}
			if (pax->value && pax->value_length < pax->value_room)
				pax->value[pax->value_length++] = byte;
			break;
		}
	}
	return true;
}
