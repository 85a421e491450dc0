/* SPDX-License-Identifier: MIT */
/*
 * In: the fields of a value. Out: where its numbers are, to add and to compare them.
 */
#include "runner/maps/value_sum.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/show/bits.h"
#include "runtime/util/array.h"

static int add_number(struct value_sum *sum, const struct field *field, uint64_t offset,
		      uint32_t value_size)
{
	const struct summand *last = sum->count ? &sum->list[sum->count - 1] : NULL;

	if (field->kind != FIELD_INTEGER || field->is_bit_field || field->size > value_size ||
	    offset > value_size - field->size || sum->count == VALUE_SUM_MAX)
		return 0;
	if (last && offset < last->offset + last->size) /* a union's second member */
		return 0;
	if (array_reserve(sum->list, sum->capacity, sum->count + 1))
		return -ENOMEM;
	sum->list[sum->count++] = (struct summand){
		.offset = (uint32_t)offset,
		.size = (uint8_t)field->size,
		.is_signed = field->is_signed,
		.is_time = field->meaning == MEANING_TIME || field->meaning == MEANING_BOOT_TIME,
	};
	return 0;
}

/* @budget bounds the walk: a type may overlap itself without end. */
static int add_fields(struct value_sum *sum, const struct field *field, uint32_t count,
		      uint64_t base, uint32_t value_size, unsigned *budget)
{
	int err = 0;

	for (uint32_t i = 0; i < count && !err && *budget; i += 1 + field[i].body) {
		uint64_t start = base + field[i].offset;

		--*budget;
		if (field[i].kind == FIELD_OBJECT)
			err = add_fields(sum, &field[i] + 1, field[i].body, start, value_size,
					 budget);
		else if (field[i].kind != FIELD_ARRAY)
			err = add_number(sum, &field[i], start, value_size);
		else
			for (uint64_t k = 0;
			     k < field[i].count && start < value_size && !err && *budget;
			     k++, start += field[i].stride)
				err = add_fields(sum, &field[i] + 1, field[i].body, start,
						 value_size, budget);
	}
	return err;
}

int value_sum_compile(struct value_sum *sum, const struct plan *plan, uint32_t value_size)
{
	unsigned budget = 4 * VALUE_SUM_MAX;

	return add_fields(sum, plan->fields, (uint32_t)plan->count, 0, value_size, &budget);
}

void value_sum_free(struct value_sum *sum)
{
	free(sum->list);
	*sum = (struct value_sum){0};
}

static int64_t load(const struct summand *number, const uint8_t *value)
{
	uint64_t bits = bits_load_whole(value + number->offset, number->size);

	return number->is_signed ? (int64_t)bits_extend_sign(bits, number->size * 8u)
				 : (int64_t)bits;
}

static void store(const struct summand *number, int64_t value, uint8_t *result)
{
	uint8_t one = (uint8_t)value;
	uint16_t two = (uint16_t)value;
	uint32_t four = (uint32_t)value;
	const void *bytes = number->size == 1	? (void *)&one
			    : number->size == 2 ? (void *)&two
			    : number->size == 4 ? (void *)&four
						: (void *)&value;

	memcpy(result + number->offset, bytes, number->size);
}

static void add_signed(const struct summand *number, int64_t part, uint8_t *result)
{
	int64_t largest = INT64_MAX >> (64 - number->size * 8u), total;

	if (__builtin_add_overflow(load(number, result), part, &total))
		total = part < 0 ? INT64_MIN : INT64_MAX;
	if (total > largest)
		total = largest;
	if (total < -largest - 1)
		total = -largest - 1;
	store(number, total, result);
}

static void add_unsigned(const struct summand *number, uint64_t part, uint8_t *result)
{
	uint64_t largest = UINT64_MAX >> (64 - number->size * 8u), total;

	if (__builtin_add_overflow((uint64_t)load(number, result), part, &total) || total > largest)
		total = largest;
	store(number, (int64_t)total, result);
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
	return !size || (!bytes[0] && memcmp(bytes, bytes + 1, size - 1) == 0);
}

void value_sum(const struct value_sum *sum, const uint8_t *values, size_t stride, uint32_t cpus,
	       uint32_t value_size, uint8_t *result)
{
	uint32_t first = 0;

	while (first + 1 < cpus && is_zero(values + first * stride, value_size))
		first++;
	memcpy(result, values + first * stride, value_size);
	for (uint32_t cpu = first + 1; cpu < cpus; cpu++) {
		const uint8_t *value = values + cpu * stride;

		for (size_t i = 0; i < sum->count; i++) {
			const struct summand *number = &sum->list[i];
			int64_t part = load(number, value);

			if (!part)
				continue;
			if (!number->is_time && number->is_signed)
				add_signed(number, part, result);
			else if (!number->is_time)
				add_unsigned(number, (uint64_t)part, result);
			else if ((uint64_t)part > (uint64_t)load(number, result))
				store(number, part, result);
		}
	}
}

int value_compare(const struct value_sum *numbers, const uint8_t *left, const uint8_t *right,
		  uint32_t size)
{
	for (size_t i = 0; i < numbers->count; i++) {
		const struct summand *number = &numbers->list[i];
		int64_t a = load(number, left), b = load(number, right);

		if (a == b)
			continue;
		if (number->is_signed)
			return a < b ? -1 : 1;
		return (uint64_t)a < (uint64_t)b ? -1 : 1;
	}
	return memcmp(left, right, size);
}
