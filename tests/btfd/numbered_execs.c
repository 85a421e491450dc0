/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "numbered_execs.h"
#include "stage.h"

#define MAX_EXECS 1000000

/* Shared by two processes: one starts the programs and counts them, the other one ends it. */
struct shared {
	atomic_size_t made;
	atomic_bool stop;
};

static struct shared *shared;
static pid_t maker;
static size_t compared; /* the numbers below were compared before */

static void share(void)
{
	if (shared)
		return;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	assert_true(shared != MAP_FAILED);
}

/* The number is in the path, for execs, and in the command's name, for exits. */
static void make_one(size_t number)
{
	char path[PATH_SIZE];
	char *arguments[] = {path, NULL};
	char *environment[] = {NULL};
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/run/n%zu", stage_folder, number);
	if (symlink("/bin/true", path) ||
	    posix_spawn(&pid, path, NULL, NULL, arguments, environment) ||
	    waitpid(pid, &status, 0) != pid || status || unlink(path))
		abort();
}

void numbered_execs_make(size_t count)
{
	share();
	while (count--)
		make_one(atomic_fetch_add(&shared->made, 1));
}

void numbered_execs_start(void)
{
	const struct timespec pause = {.tv_nsec = 1000000};

	share();
	shared->stop = false;
	maker = fork();
	assert_true(maker >= 0);
	if (maker)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!shared->stop) {
		numbered_execs_make(1);
		nanosleep(&pause, NULL);
	}
	_exit(0);
}

size_t numbered_execs_stop(void)
{
	int status;

	shared->stop = true;
	assert_int_equal(waitpid(maker, &status, 0), maker);
	assert_int_equal(status, 0);
	return shared->made;
}

/* Counts the lines of a kind for each number from @compared on. */
static void count_lines(const char *kind, const char *format, unsigned char *counts, size_t made)
{
	char *text = stage_read("out", NULL);
	char *rest = NULL;
	unsigned int pid, ppid, uid;
	char field[2048];
	size_t number;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, kind, strlen(kind)) != 0 ||
		    sscanf(line + strlen(kind), format, &pid, &ppid, &uid, field) != 4 ||
		    sscanf(field, "n%zu", &number) != 1)
			continue;
		if (number >= compared && number < made && counts[number] < UCHAR_MAX)
			counts[number]++;
	}
	free(text);
}

static size_t report(const char *kind, const unsigned char *counts, size_t made)
{
	size_t wrong = 0;

	for (size_t number = compared; number < made; number++) {
		if (counts[number] == 1)
			continue;
		if (wrong++ < 10)
			print_error("%s of n%zu: %u lines\n", kind, number, counts[number]);
	}
	return wrong;
}

size_t numbered_execs_compare(int exits)
{
	size_t made = shared->made;
	unsigned char *counts;
	char format[PATH_SIZE + 64];
	size_t wrong;

	assert_true(made > compared && made < MAX_EXECS);
	counts = calloc(made, 1);
	assert_non_null(counts);
	snprintf(format, sizeof(format), " %%u %%u %%u %%*s %s/run/%%2000s", stage_folder);
	count_lines("exec", format, counts, made);
	wrong = report("exec", counts, made);
	if (exits) {
		memset(counts, 0, made);
		count_lines("exit", " %u %u %u %2000s 0", counts, made);
		wrong += report("exit", counts, made);
	}
	free(counts);
	compared = made;
	return wrong;
}
