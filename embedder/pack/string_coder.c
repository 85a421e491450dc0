/* SPDX-License-Identifier: MIT */
#include "embedder/pack/string_coder.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/util/array.h"

static int add_use(struct string_coder *coder, uint32_t offset)
{
	if (array_reserve(coder->uses, coder->capacity, (size_t)coder->count + 2))
		return -ENOMEM;
	coder->uses[++coder->count] = (struct string_use){.offset = offset};
	return 0;
}

static int start(struct string_coder *coder)
{
	if (array_reserve(coder->uses, coder->capacity, 1))
		return -ENOMEM;
	coder->uses[0] = (struct string_use){.offset = 0};
	return 0;
}

void string_coder_free(struct string_coder *coder)
{
	free(coder->uses);
	free(coder->numbers);
	coder->uses = NULL;
	coder->numbers = NULL;
}

/* --- writing ---------------------------------------------------------------------------------- */

int string_coder_write(struct string_coder *coder, const char *texts, uint32_t size)
{
	coder->texts = texts;
	coder->numbers = calloc(size, sizeof(*coder->numbers));
	return coder->numbers ? start(coder) : -ENOMEM;
}

int string_coder_put(struct string_coder *coder, enum pack_strings part, uint32_t offset)
{
	const char *text = coder->texts + offset, *last = coder->texts + coder->last[part];
	uint32_t prefix = 0;
	size_t tail;
	int err = add_use(coder, offset);

	if (err)
		return err;
	/* Strings differ, so one of the two ends before both do. */
	while (text[prefix] == last[prefix] && text[prefix])
		prefix++;
	tail = strlen(text + prefix) + 1;
	column_put(&coder->prefixes_out[part], prefix);
	byte_buffer_append(&coder->tails_out[part], text + prefix, tail);
	coder->written += prefix + tail;
	coder->last[part] = offset;
	coder->numbers[offset] = coder->count;
	return 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

int string_coder_read(struct string_coder *coder, uint32_t size)
{
	/* One string, "", is there from the start. */
	coder->made = malloc((size_t)size + 1);
	if (!coder->made)
		return -ENOMEM;
	coder->made[0] = '\0';
	coder->made_size = 1;
	coder->made_capacity = size + 1;
	return start(coder);
}

int string_coder_get(struct string_coder *coder, enum pack_strings part)
{
	struct column_reader *tails = &coder->tails_in[part];
	const uint8_t *tail = tails->next, *end;
	const char *last = coder->made + coder->last[part];
	uint32_t prefix = column_get(&coder->prefixes_in[part]), size;
	char *text = coder->made + coder->made_size;

	if (tail == tails->end || coder->prefixes_in[part].is_damaged)
		return -EBADMSG;
	end = memchr(tail, 0, column_left(tails));
	if (!end)
		return -EBADMSG;
	tails->next = end + 1;
	size = (uint32_t)(end + 1 - tail);
	if ((!prefix && size == 1) || memchr(last, 0, prefix) ||
	    (uint64_t)prefix + size > coder->made_capacity - coder->made_size)
		return -EBADMSG;
	memcpy(text, last, prefix);
	memcpy(text + prefix, tail, size);
	coder->last[part] = coder->made_size;
	coder->made_size += prefix + size;
	return add_use(coder, coder->last[part]);
}
