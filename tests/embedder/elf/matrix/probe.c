/* SPDX-License-Identifier: MIT */
/*
 * The program of the matrix: prints how many kernels the runtime found in it, and where. With
 * -DPROBE_LIBRARY the part that goes into a shared object, with -DPROBE_PROGRAM the program that
 * calls it, without either both in one.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <corebtf.h>

int probe(void);

#ifndef PROBE_PROGRAM
/* Data of each kind that must not move: thread-local, relocated, .bss. */
static __thread int local = 3;
static const char *const words[] = {"mapped", "file", "nowhere"};
static unsigned char zeros[200000];

static void note_place(void *context, const char *line)
{
	int *place = context;

	if (getenv("PROBE_STORY"))
		fprintf(stderr, "%s\n", line);
	if (strstr(line, "are mapped with the "))
		*place = 0;
	else if (strstr(line, "section .corebtf has "))
		*place = 1;
}

__attribute__((visibility("default"))) int probe(void)
{
	int place = 2, err;
	struct corebtf_open_opts opts = {
		.sz = sizeof(opts), .log = note_place, .log_context = &place};
	struct corebtf *corebtf = NULL;
	unsigned char *heap = malloc(500000);
	size_t dirty = 0;

	/* The heap begins where the program's last segment ends. */
	memset(heap, 0xff, 500000);
	for (size_t i = 0; i < sizeof(zeros); i++)
		dirty += zeros[i];
	memset(zeros, 0xff, sizeof(zeros));
	err = corebtf_open_self(&corebtf, &opts);
	if (!err)
		err = corebtf_check(corebtf);
	printf("%zu %s %d%s\n", corebtf_entry_count(corebtf), words[err ? 2 : place], err,
	       local == 3 && !dirty && heap[499999] == 0xff ? "" : " damaged");
	corebtf_close(corebtf);
	free(heap);
	return 0;
}
#endif

#ifndef PROBE_LIBRARY
int main(void)
{
	return probe();
}
#endif
