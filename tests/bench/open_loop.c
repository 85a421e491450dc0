/* SPDX-License-Identifier: MIT */
/*
 * open_loop PATH COUNT [RATE]: opens a file that is not there COUNT times, as fast as it goes or
 * RATE times a second. Prints how many seconds that took.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	double rate = argc > 3 ? strtod(argv[3], NULL) : 0, start = now();

	if (!count) {
		fprintf(stderr, "usage: open_loop PATH COUNT [RATE]\n");
		return 2;
	}
	for (unsigned long i = 0; i < count; i++) {
		while (rate > 0 && now() - start < (double)i / rate)
			;
		if (open(argv[1], O_RDONLY) >= 0) {
			fprintf(stderr, "open_loop: %s: it is there\n", argv[1]);
			return 1;
		}
	}
	printf("%.3f\n", now() - start);
	return 0;
}
