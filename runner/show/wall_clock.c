/* SPDX-License-Identifier: MIT */
/*
 * In: ns of CLOCK_MONOTONIC or CLOCK_BOOTTIME. Out: text. The text of a second is made once.
 */
#include "runner/show/wall_clock.h"

#define SECOND 1000000000

static int64_t now(clockid_t id)
{
	struct timespec time = {0};

	clock_gettime(id, &time);
	return (int64_t)time.tv_sec * SECOND + time.tv_nsec;
}

static int64_t real_time(struct wall_clock *clock, enum wall_clock_of of, uint64_t ns)
{
	struct clock_distance *distance = &clock->distances[of];
	clockid_t id = of == WALL_CLOCK_BOOT ? CLOCK_BOOTTIME : CLOCK_MONOTONIC;

	if (!distance->measured || ns > distance->measured + SECOND) {
		int64_t there = now(id);

		distance->to_real = now(CLOCK_REALTIME) - there;
		distance->measured = (uint64_t)there;
	}
	return (int64_t)(ns + (uint64_t)distance->to_real);
}

static void print_fraction(struct line *line, unsigned value, int digits)
{
	char text[12] = ".";

	for (int i = digits; i > 0; i--, value /= 10)
		text[i] = (char)('0' + value % 10);
	line_bytes(line, text, (size_t)digits + 1);
}

/* Splits a time before 1970 in the same way. */
static time_t whole_seconds(int64_t ns, unsigned *ret_rest)
{
	int64_t rest = ns % SECOND, seconds = ns / SECOND;

	if (rest < 0) {
		rest += SECOND;
		seconds--;
	}
	*ret_rest = (unsigned)rest;
	return (time_t)seconds;
}

void wall_clock_print_local(struct wall_clock *clock, enum wall_clock_of of, uint64_t ns,
			    struct line *line)
{
	unsigned rest;
	time_t second = whole_seconds(real_time(clock, of, ns), &rest);
	struct tm parts;

	if (second != clock->local_second || !*clock->local_text) {
		if (!localtime_r(&second, &parts) ||
		    !strftime(clock->local_text, sizeof(clock->local_text), "%H:%M:%S", &parts))
			strcpy(clock->local_text, "?");
		clock->local_second = second;
	}
	line_text(line, clock->local_text);
	print_fraction(line, rest / 1000, 6);
}

void wall_clock_print_utc(struct wall_clock *clock, enum wall_clock_of of, uint64_t ns,
			  struct line *line)
{
	unsigned rest;
	time_t second = whole_seconds(real_time(clock, of, ns), &rest);
	struct tm parts;

	if (second != clock->utc_second || !*clock->utc_text) {
		if (!gmtime_r(&second, &parts) ||
		    !strftime(clock->utc_text, sizeof(clock->utc_text), "%Y-%m-%dT%H:%M:%S",
			      &parts))
			strcpy(clock->utc_text, "?");
		clock->utc_second = second;
	}
	line_text(line, clock->utc_text);
	print_fraction(line, rest, 9);
	line_bytes(line, "Z", 1);
}
