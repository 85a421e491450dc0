/* SPDX-License-Identifier: MIT */
/*
 * In: counts. Out: bars. The widths are those of bcc's tools, so that scripts which read those also
 * read ours: 40 stars while the slots' bounds have ten digits, 20 after that.
 */
#include "runner/maps/histogram.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define LOG2_SLOTS 63 /* the last one counts from 2^62 on */

static size_t slot_limit(const struct map_shape *shape)
{
	return shape->kind == MAP_SHAPE_LOG2 ? LOG2_SLOTS : HISTOGRAM_SLOTS_MAX;
}

void histogram_clear(struct histogram *histogram, const struct map_shape *shape)
{
	memset(histogram, 0, sizeof(*histogram));
	histogram->shape = *shape;
}

void histogram_add(struct histogram *histogram, uint64_t slot, uint64_t count)
{
	size_t limit = slot_limit(&histogram->shape);

	if (!count)
		return;
	if (slot >= limit)
		slot = limit - 1;
	if (__builtin_add_overflow(histogram->slots[slot], count, &histogram->slots[slot]))
		histogram->slots[slot] = UINT64_MAX;
	if (slot >= histogram->count)
		histogram->count = (size_t)slot + 1;
}

void histogram_bounds(const struct map_shape *shape, size_t slot, int64_t *ret_low,
		      int64_t *ret_high)
{
	if (shape->kind == MAP_SHAPE_LOG2) {
		*ret_low = slot ? (int64_t)1 << slot : 0;
		*ret_high = slot < 62 ? ((int64_t)1 << (slot + 1)) - 1 : INT64_MAX;
		return;
	}
	*ret_low = shape->first + (int64_t)slot * shape->step;
	*ret_high = *ret_low + (shape->step - 1);
}

static void stars(char *text, uint64_t value, uint64_t largest, unsigned width)
{
	uint64_t full = !largest		      ? 0
			: value <= UINT64_MAX / width ? value * width / largest
						      : value / (largest / width);

	memset(text, ' ', width);
	memset(text, '*', full < width ? (size_t)full : width);
	text[width] = '\0';
}

static uint64_t largest_of(const struct histogram *histogram)
{
	uint64_t largest = 0;

	for (size_t i = 0; i < histogram->count; i++)
		if (histogram->slots[i] > largest)
			largest = histogram->slots[i];
	return largest;
}

static void draw_log2(const struct histogram *histogram, FILE *out)
{
	bool is_wide = histogram->count > 33;
	int width = is_wide ? 20 : 10;
	unsigned star_count = is_wide ? 20 : 40;
	uint64_t largest = largest_of(histogram);
	char bar[41];

	fprintf(out, "%*s%-*s : count    distribution\n", is_wide ? 15 : 5, "", is_wide ? 29 : 19,
		histogram->shape.unit);
	for (size_t i = 0; i < histogram->count; i++) {
		int64_t low, high;

		histogram_bounds(&histogram->shape, i, &low, &high);
		stars(bar, histogram->slots[i], largest, star_count);
		fprintf(out, "%*" PRId64 " -> %-*" PRId64 " : %-8" PRIu64 " |%s|\n", width, low,
			width, high, histogram->slots[i], bar);
	}
}

static void draw_linear(const struct histogram *histogram, FILE *out)
{
	uint64_t largest = largest_of(histogram);
	char bar[41];

	fprintf(out, "     %-13s : count     distribution\n", histogram->shape.unit);
	for (size_t i = 0; i < histogram->count; i++) {
		int64_t low, high;

		if (!histogram->slots[i])
			continue;
		histogram_bounds(&histogram->shape, i, &low, &high);
		stars(bar, histogram->slots[i], largest, 40);
		fprintf(out, "        %-10" PRId64 " : %-8" PRIu64 " |%s|\n", low,
			histogram->slots[i], bar);
	}
}

int histogram_draw(const struct histogram *histogram, FILE *out)
{
	if (histogram->count && histogram->shape.kind == MAP_SHAPE_LOG2)
		draw_log2(histogram, out);
	else if (histogram->count)
		draw_linear(histogram, out);
	return ferror(out) ? -EIO : 0;
}

void histogram_json(const struct histogram *histogram, struct line *line)
{
	bool is_first = true;

	line_bytes(line, "[", 1);
	for (size_t i = 0; i < histogram->count && line_has_room(line, 256); i++) {
		int64_t low, high;

		if (!histogram->slots[i])
			continue;
		histogram_bounds(&histogram->shape, i, &low, &high);
		line_text(line, is_first ? "{\"from\":" : ",{\"from\":");
		line_signed(line, low);
		line_text(line, ",\"to\":");
		line_signed(line, high);
		line_text(line, ",\"count\":");
		line_unsigned(line, histogram->slots[i]);
		line_text(line, "}");
		is_first = false;
	}
	line_close(line, ']');
}
