/* SPDX-License-Identifier: MIT */
/*
 * Runs commands in turn and prints what each costs, as whole processes.
 *
 *	measure RUNS NAME COMMAND [ARG...] [::: NAME COMMAND [ARG...]]...
 *
 * The commands take turns (A B C A B C ...), after one round that is not counted, so that a
 * machine whose speed drifts does not favour one of them. Time, CPU (user and system, with the
 * children that a command waited for) and peak memory (of the largest process) are the kernel's
 * own accounting of the finished child. Printed are medians, and the CPU ratio of each command
 * to the first one, the median over the rounds. Peak memory without the pages of mapped files comes
 * from looking each millisecond, in the round that is not counted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 8
#define RUNS_MAX     1000

struct command {
	const char *name;
	char **arguments;
	double seconds[RUNS_MAX], cpu[RUNS_MAX], ratio[RUNS_MAX];
	long peak_kib, private_kib;
};

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double median(const double *values, unsigned int count)
{
	double sorted[RUNS_MAX];

	memcpy(sorted, values, count * sizeof(*values));
	qsort(sorted, count, sizeof(*sorted), compare);
	return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds_of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* The memory of a running process without the pages of files, in KiB; 0: it has ended. */
static long private_memory(long pid)
{
	char path[64], line[128];
	long kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "RssAnon: %ld", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib;
}

/* The largest of a process and the children that it waits for. */
static long largest_memory(long pid)
{
	long largest = private_memory(pid), child;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", pid, pid);
	file = fopen(path, "re");
	while (file && fscanf(file, "%ld", &child) == 1)
		if (private_memory(child) > largest)
			largest = private_memory(child);
	if (file)
		fclose(file);
	return largest;
}

/* Watches the process until it ends, which costs it time: only in the round that does not count. */
static void watch(struct command *command, pid_t pid)
{
	siginfo_t info = {0};

	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG) == 0 && !info.si_pid) {
		long kib = largest_memory(pid);

		if (kib > command->private_kib)
			command->private_kib = kib;
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
}

static int run(struct command *command, unsigned int round, int is_counted)
{
	double start = now();
	struct rusage usage;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
			_exit(126);
		execvp(command->arguments[0], command->arguments);
		_exit(127);
	}
	if (!is_counted)
		watch(command, pid);
	if (wait4(pid, &status, 0, &usage) < 0)
		return -errno;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "measure: %s: it failed (status 0x%x)\n", command->name, status);
		return -ECHILD;
	}
	if (!is_counted)
		return 0;
	command->seconds[round] = now() - start;
	command->cpu[round] = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
	if (usage.ru_maxrss > command->peak_kib)
		command->peak_kib = usage.ru_maxrss;
	return 0;
}

static void print(struct command *commands, unsigned int count, unsigned int runs)
{
	for (unsigned int i = 0; i < count; i++) {
		struct command *command = &commands[i];

		for (unsigned int round = 0; round < runs; round++)
			command->ratio[round] =
				commands[0].cpu[round] > 0
					? command->cpu[round] / commands[0].cpu[round]
					: 0;
		printf("  %-28s %10.2f ms  cpu %10.2f ms  peak %8.1f MiB, %8.1f without files",
		       command->name, median(command->seconds, runs) * 1e3,
		       median(command->cpu, runs) * 1e3, (double)command->peak_kib / 1024,
		       (double)command->private_kib / 1024);
		if (i)
			printf("  cpu x %.2f", median(command->ratio, runs));
		printf("\n");
	}
}

int main(int argc, char **argv)
{
	static struct command commands[COMMANDS_MAX];
	unsigned int count = 0;
	int runs = argc > 1 ? atoi(argv[1]) : 0;

	if (argc < 4 || runs < 1 || runs > RUNS_MAX) {
		fprintf(stderr,
			"usage: measure RUNS NAME COMMAND [ARG...] [::: NAME COMMAND ...]\n");
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		if (count == COMMANDS_MAX || i + 1 >= argc)
			return 2;
		commands[count].name = argv[i];
		commands[count].arguments = &argv[i + 1];
		for (i++; i < argc && strcmp(argv[i], ":::") != 0;)
			i++;
		if (i < argc)
			argv[i] = NULL;
		count++;
	}
	for (int round = -1; round < runs; round++)
		for (unsigned int i = 0; i < count; i++)
			if (run(&commands[i], round < 0 ? 0 : (unsigned int)round, round >= 0))
				return 1;
	print(commands, count, (unsigned int)runs);
	return 0;
}
