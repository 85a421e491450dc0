/* SPDX-License-Identifier: MIT */
/*
 * bench_events OBJECT: how many events a second the printer turns into text, alone: no kernel, and
 * /dev/null as its output. OBJECT has the structs of tests/runner/show/events.h. Processor time, so
 * that what else the machine does counts little.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <bpf/btf.h>

#include "runner/show/event_printer.h"
#include "tests/runner/show/events.h"

#define ROUNDS 5

static double cpu_seconds(void)
{
	struct timespec time = {0};

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void measure(const struct btf *btf, const char *name, const void *event, size_t size,
		    enum show_format format, unsigned count)
{
	int32_t type = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
	struct event_printer_options options = {
		.btf = btf, .type = (uint32_t)type, .map = "events", .format = format};
	struct event_printer *printer = NULL;
	double best = 0;

	options.out = fopen("/dev/null", "we");
	if (type <= 0 || !options.out || event_printer_new(&options, &printer, NULL)) {
		fprintf(stderr, "struct %s: cannot be printed\n", name);
		return;
	}
	for (int round = 0; round < ROUNDS; round++) {
		double start = cpu_seconds(), seconds;

		for (unsigned i = 0; i < count; i++)
			event_printer_print(printer, event, size);
		seconds = cpu_seconds() - start;
		if (!round || seconds < best)
			best = seconds;
	}
	printf("struct %-10s %-5s %7.0f ns an event, %5.2f million a second\n", name,
	       format == SHOW_JSON ? "JSON" : "table", best / count * 1e9, count / best / 1e6);
	event_printer_free(printer);
	fclose(options.out);
}

/* The same columns of struct opened by fprintf(), as tools written by hand print them. */
static void measure_by_hand(const struct opened *event, unsigned count)
{
	FILE *out = fopen("/dev/null", "we");
	double best = 0;

	if (!out)
		return;
	for (int round = 0; round < ROUNDS; round++) {
		double start = cpu_seconds(), seconds;

		for (unsigned i = 0; i < count; i++)
			fprintf(out, "%-12llu %-7d %-7u %-7d %-7d %-16s %s\n", event->time,
				event->pid, event->uid, event->result, event->flags, event->comm,
				event->path);
		seconds = cpu_seconds() - start;
		if (!round || seconds < best)
			best = seconds;
	}
	printf("struct opened     fprintf() %3.0f ns an event, %5.2f million a second\n",
	       best / count * 1e9, count / best / 1e6);
	fclose(out);
}

int main(int argc, char **argv)
{
	struct opened opened = {.pid = 1641,
				.uid = 1000,
				.result = 3,
				.flags = 02000000,
				.comm = "systemd-journal",
				.path = "/proc/1641/status"};
	struct plain plain = {.large = 1ull << 63, .pid = 1641, .comm = "systemd-journal"};
	struct meanings meanings = {.took = 1234567, .family = 2, .result = -2};
	struct btf *btf = argc == 2 ? btf__parse(argv[1], NULL) : NULL;

	if (!btf) {
		fprintf(stderr, "usage: bench_events OBJECT\n");
		return 2;
	}
	for (int format = SHOW_TABLE; format <= SHOW_JSON; format++) {
		measure(btf, "opened", &opened, sizeof(opened), format, 300000);
		measure(btf, "plain", &plain, sizeof(plain), format, 300000);
		measure(btf, "meanings", &meanings, sizeof(meanings), format, 100000);
	}
	measure_by_hand(&opened, 300000);
	btf__free(btf);
	return 0;
}
