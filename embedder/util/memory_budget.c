/* SPDX-License-Identifier: MIT */
/*
 * A counter under a lock; threads wait on one condition.
 */
#include "embedder/util/memory_budget.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"

void memory_budget_init(struct memory_budget *budget, uint64_t limit)
{
	*budget = (struct memory_budget){
		.limit = limit,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};
}

void memory_budget_destroy(struct memory_budget *budget)
{
	pthread_mutex_destroy(&budget->lock);
	pthread_cond_destroy(&budget->changed);
}

/* The number in a file; UINT64_MAX when there is none ("max"). */
static uint64_t read_limit(const char *path)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	uint64_t limit;

	return file && fscanf(file, "%" SCNu64, &limit) == 1 ? limit : UINT64_MAX;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * The limits of our cgroup and of all above it, of either version: lines "0::/a/b" and
 * "4:memory:/a/b" in /proc/self/cgroup. In a container the hierarchy is usually mounted so that
 * /sys/fs/cgroup itself is ours, whatever the line says; that one is read, too.
 */
static uint64_t cgroup_limit(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/self/cgroup", "re");
	uint64_t limit = smaller(read_limit("/sys/fs/cgroup/memory.max"),
				 read_limit("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
	_cleanup_free_ char *line = NULL;
	size_t capacity = 0;

	while (file && getline(&line, &capacity, file) > 0) {
		char *controllers = strchr(line, ':');
		char *place = controllers ? strchr(controllers + 1, ':') : NULL;
		bool unified = controllers && place == controllers + 1;

		if (!place || (!unified && strncmp(controllers, ":memory:", 8) != 0))
			continue;
		place++;
		place[strcspn(place, "\n")] = '\0';
		while (*place) {
			_cleanup_free_ char *path = NULL;
			char *slash = strrchr(place, '/');

			if (asprintf(&path, "/sys/fs/cgroup%s%s/%s", unified ? "" : "/memory",
				     place, unified ? "memory.max" : "memory.limit_in_bytes") < 0) {
				path = NULL;
				break;
			}
			limit = smaller(limit, read_limit(path));
			if (!slash)
				break;
			*slash = '\0';
		}
	}
	return limit;
}

uint64_t memory_budget_default(void)
{
	uint64_t pages = (uint64_t)sysconf(_SC_PHYS_PAGES);

	return smaller(pages * (uint64_t)sysconf(_SC_PAGESIZE), cgroup_limit()) / 4;
}

static int refuse(const struct memory_budget *budget, uint64_t size, struct reason *why)
{
	return reason_set(why, -EFBIG,
			  "it takes %" PRIu64 " MiB of memory, more than the limit of "
			  "%" PRIu64 " MiB (--memory)",
			  (size + (1 << 20) - 1) >> 20, budget->limit >> 20);
}

int memory_budget_acquire(struct memory_budget *budget, uint64_t size, struct reason *why)
{
	if (!budget)
		return 0;
	if (size > budget->limit)
		return refuse(budget, size, why);
	pthread_mutex_lock(&budget->lock);
	/* Threads that hold memory and wait for more go first: they release all of it sooner. */
	while (budget->extending || budget->used > budget->limit - size)
		pthread_cond_wait(&budget->changed, &budget->lock);
	budget->used += size;
	budget->holders++;
	pthread_mutex_unlock(&budget->lock);
	return 0;
}

uint64_t memory_budget_at_most(const struct memory_budget *budget, uint64_t size)
{
	return budget ? smaller(size, budget->limit) : size;
}

int memory_budget_extend(struct memory_budget *budget, uint64_t held, uint64_t more,
			 struct reason *why)
{
	if (!budget)
		return 0;
	if (held > budget->limit || more > budget->limit - held)
		return refuse(budget, held + more, why);
	pthread_mutex_lock(&budget->lock);
	budget->extending++;
	pthread_cond_broadcast(&budget->changed);
	while (budget->used > budget->limit - more && budget->extending < budget->holders)
		pthread_cond_wait(&budget->changed, &budget->lock);
	budget->extending--;
	budget->used += more;
	pthread_cond_broadcast(&budget->changed);
	pthread_mutex_unlock(&budget->lock);
	return 0;
}

void memory_budget_release(struct memory_budget *budget, uint64_t held)
{
	if (!budget)
		return;
	pthread_mutex_lock(&budget->lock);
	budget->used -= held;
	budget->holders--;
	pthread_cond_broadcast(&budget->changed);
	pthread_mutex_unlock(&budget->lock);
}
