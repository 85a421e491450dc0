/* SPDX-License-Identifier: MIT */
#include "embedder/util/random_name.h"

#include <stdint.h>
#include <sys/random.h>

int random_name(char name[static RANDOM_NAME_LETTERS + 1], struct reason *why)
{
	/* 32 letters, so that all are equally likely. */
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	uint8_t noise[RANDOM_NAME_LETTERS];
	ssize_t got = getrandom(noise, sizeof(noise), 0);

	if (got != (ssize_t)sizeof(noise))
		return reason_errno(why, got < 0 ? -errno : -EIO, "no random numbers");
	for (int i = 0; i < RANDOM_NAME_LETTERS; i++)
		name[i] = letters[noise[i] % 32];
	name[RANDOM_NAME_LETTERS] = '\0';
	return 0;
}
