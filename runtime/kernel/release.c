/* SPDX-License-Identifier: MIT */
/*
 * A release is read as words and numbers between '.', '-', '+' and '~'.
 *
 *	Debian	6.1.0-47-cloud-amd64		6.1.*-*-cloud-amd64
 *		6.12.43+deb12-amd64		6.12.*+deb12-amd64
 *	Ubuntu	5.4.0-58-generic		5.4.*-*-generic
 *	RHEL	4.18.0-305.3.1.el8_4.x86_64	4.18.*-*.el8.x86_64
 *	Amazon	4.14.355-275.570.amzn2.x86_64	4.14.*-*.amzn2.x86_64
 *	SLES	5.3.18-150300.59.87-default	5.3.*-*-default
 *
 * Numbers belong to the version up to the second '-'; what follows it is the flavour (Debian's
 * 686-pae). A word with digits in it (el8, amzn2, deb12, x86_64, 64k) stays as it
 * is: el8 and el9 are two flavours. Only the minor release behind RHEL's el8_4 goes, since the
 * numbers before it say the same. A wrong pattern is safe: one that
 * is too fine finds no neighbours, and one that is too coarse finds neighbours with different BTFs;
 * both are refused.
 */
#include <string.h>

#include "runtime/kernel/release.h"
#include "runtime/util/digits.h"

static bool append(struct release *release, size_t *length, const char *text, size_t size)
{
	if (size >= sizeof(release->pattern) - *length)
		return false;
	memcpy(release->pattern + *length, text, size);
	*length += size;
	release->pattern[*length] = '\0';
	return true;
}

/* Numbers in a row are one '*': updates of RHEL have more of them than the first build. */
static bool append_star(struct release *release, size_t *length)
{
	if (*length >= 2 && !memcmp(release->pattern + *length - 2, "*.", 2)) {
		release->pattern[--*length] = '\0';
		return true;
	}
	return append(release, length, "*", 1);
}

static bool add_number(struct release *release, const char *digits, size_t size)
{
	uint64_t value = 0;

	if (release->number_count == RELEASE_NUMBERS || size > 18)
		return false;
	for (size_t i = 0; i < size; i++)
		value = value * 10 + (uint64_t)(digits[i] - '0');
	release->numbers[release->number_count++] = value;
	return true;
}

/* How much of a word belongs to the flavour: "el8" of "el8_4". */
static size_t flavour_size(const char *word, size_t size)
{
	size_t digits;

	if (size < 5 || strncmp(word, "el", 2) != 0)
		return size;
	digits = count_digits(word + 2);
	if (!digits || word[2 + digits] != '_' || 3 + digits >= size ||
	    3 + digits + count_digits(word + 3 + digits) != size)
		return size;
	return 2 + digits;
}

bool release_read(const char *text, struct release *ret_release)
{
	struct release release = {.number_count = 0};
	size_t length = 0, dashes = 0, series = 0;

	while (*text) {
		size_t size = strcspn(text, ".-+~");
		bool fits;

		if (!size) {
			dashes += *text == '-';
			if (!append(&release, &length, text++, 1))
				return false;
			continue;
		}
		if (count_digits(text) != size || dashes > 1) {
			if (series < 2)
				return false;
			fits = append(&release, &length, text, flavour_size(text, size));
		} else {
			fits = add_number(&release, text, size) &&
			       (series < 2 ? append(&release, &length, text, size)
					   : append_star(&release, &length));
			series++;
		}
		if (!fits)
			return false;
		text += size;
	}
	if (series < 2)
		return false;
	*ret_release = release;
	return true;
}

int release_compare(const struct release *a, const struct release *b)
{
	for (size_t i = 0; i < a->number_count && i < b->number_count; i++)
		if (a->numbers[i] != b->numbers[i])
			return a->numbers[i] < b->numbers[i] ? -1 : 1;
	return (a->number_count > b->number_count) - (a->number_count < b->number_count);
}
