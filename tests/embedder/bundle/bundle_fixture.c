/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/embedder/bundle/bundle_fixture.h"

void fixture_add(struct bundle_builder *builder, struct kernel_id kernel, const char *btf,
		 const char *source, int expected)
{
	struct reason why = {""};
	int err = bundle_builder_add(builder, &kernel, btf, strlen(btf), source, &why);

	if (err != expected)
		print_message("%s: %s\n", kernel.release, why.text);
	assert_int_equal(err, expected);
	assert_int_equal(err != 0, why.text[0] != '\0');
}

void *fixture_layout(const struct bundle_builder *builder, bool big_endian,
		     enum bundle_compression compression, size_t *ret_size)
{
	const struct bundle_layout_opts opts = {.big_endian = big_endian,
						.compression = compression};
	struct reason why = {""};
	void *bundle = NULL;

	if (bundle_builder_layout(builder, &opts, &bundle, ret_size, &why) != 0)
		fail_msg("layout: %s", why.text);
	assert_string_equal(why.text, "");
	return bundle;
}

uint32_t fixture_random(uint32_t *state)
{
	/* xorshift32 */
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

void fixture_fill(uint8_t *btf, size_t size, uint32_t number)
{
	uint32_t shared = 2463534242u, own = number * 2654435761u + 1;

	for (size_t i = 0; i < size; i++)
		btf[i] = (uint8_t)fixture_random(&shared);
	for (size_t i = 0; i < size; i += 400)
		btf[i] = (uint8_t)fixture_random(&own);
	for (size_t i = 0; i < 4 && i < size; i++)
		btf[i] = (uint8_t)(number >> 8 * i);
}

void fixture_kernel(uint32_t number, char release[static 64], struct kernel_id *kernel)
{
	const char *machine = number % 3 ? "x86_64" : "arm64";
	uint32_t n = number / 3;

	switch (n % 3) {
	case 0:
		snprintf(release, 64, "%u.%u.0-%u-generic", 4 + n / 3 % 3, n / 9 % 20, n / 180);
		*kernel = KERNEL(release, machine, "ubuntu", number % 3 == 1 ? "18.04" : "20.04");
		break;
	case 1:
		snprintf(release, 64, "6.%u.%u+deb13-cloud-amd64", n / 3 % 20, n / 60);
		*kernel = KERNEL(release, machine, "debian", number % 3 == 1 ? "12" : "13");
		break;
	default:
		snprintf(release, 64, "4.18.0-%u.%u.1.el8_%u.x86_64", n / 90, n / 3 % 30,
			 number % 3);
		*kernel = KERNEL(release, machine, "centos", "8");
	}
}
