/* SPDX-License-Identifier: MIT */
/*
 * In: a list of kernels. Out: one result for each, in order.
 *
 * Every thread, the calling one too, takes the next file of the list until there is none, then the
 * next kernel of a source that no other thread reads. A result waits in its slot until all before
 * it have been passed to take(). The full BTF is freed before that, so waiting results need little
 * memory.
 */
#include "embedder/engine/kernel_pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

#include "embedder/engine/kernel_reader.h"
#include "embedder/image/kernel_types.h"
#include "embedder/kernels/kernel_path.h"
#include "embedder/kernels/kernel_stream.h"
#include "embedder/util/cleanup.h"
#include "embedder/pack/pack_source.h"
#include "runtime/util/array.h"

/*
 * Memory of a thread that the budget does not count: scratch memory, and what the C library does
 * not give back. With today's BTFs it is about 18 MB.
 */
#define THREAD_MEMORY (UINT64_C(32) << 20)

struct slot {
	struct kernel_pool_result result;
	struct kernel_file kernel; /* of a source: the result's kernel */
	bool is_left_out;	   /* kernel_input_leaves_out(): it is no result */
	bool done;
};

/* A source, with the results that come from it. */
struct reading {
	struct kernel_pool *pool;
	const struct kernel_source *source;
	struct kernel_stream *stream;	/* NULL: not opened yet, or closed */
	const struct pack_reader *pack; /* of a pack: with all types, once they were needed */
	pthread_mutex_t pack_lock;	/* of reading those */
	size_t users;			/* threads that work on a kernel of the pack */
	bool busy;			/* a thread reads it */
	bool ended;
	struct slot **slots;
	size_t count, capacity;
	size_t handed_over;
};

/* One thread's own. */
struct worker {
	void *scratch;
	struct kernel_reader reader; /* of the kernel that it works on, or: */
	struct kernel_modules modules;
	struct pack_source packed;
};

struct kernel_pool {
	struct kernel_input *input;
	const struct kernel_pool_work *work;
	struct memory_budget budget;
	pthread_mutex_t lock;	  /* of all that follows */
	pthread_cond_t changed;	  /* a source is free, or ended, or there was an error */
	struct slot *slots;	  /* one for each file */
	size_t next;		  /* file to be taken */
	size_t handed_over;	  /* files */
	struct reading *readings; /* one for each source */
	size_t reading_count;
	size_t current;	     /* the source whose results are passed on */
	size_t taken, total; /* results passed on, and how many there will be; 0: not known */
	int error;	     /* not 0: stop */
};

/* --- results ---------------------------------------------------------------------------------- */

static void slot_clear_result(struct slot *slot)
{
	module_notes_clear(&slot->result.modules);
	free(slot->result.outcome);
	slot->result.outcome = NULL;
}

static void slot_free(struct slot *slot)
{
	kernel_file_clear(&slot->kernel);
	slot_clear_result(slot);
	free(slot);
}

/* With the lock held. */
static void hand_over_slot(struct kernel_pool *pool, struct slot *slot)
{
	const struct kernel_file *kernel = slot->result.kernel;

	pool->input->from_dwarf += !slot->result.error && kernel->types == KERNEL_TYPES_DWARF;
	if (slot->is_left_out) {
		engine_say(pool->input->events, ENGINE_DETAIL, kernel->path,
			   "left out: it shows BTF of its own");
		pool->input->with_own++;
	} else {
		module_notes_report(&slot->result.modules, pool->input, kernel->path);
		pool->error = pool->work->take(pool->work->context, &slot->result);
	}
	engine_progress(pool->input->events, ++pool->taken, pool->total, kernel->id.release);
	free(slot->result.outcome);
	slot->result.outcome = NULL;
}

/* With the lock held: passes results to take(), up to the first that is not done. */
static void hand_over(struct kernel_pool *pool)
{
	size_t count = pool->input->list.count;

	while (!pool->error && pool->handed_over < count && pool->slots[pool->handed_over].done)
		hand_over_slot(pool, &pool->slots[pool->handed_over++]);
	while (!pool->error && pool->handed_over == count && pool->current < pool->reading_count) {
		struct reading *reading = &pool->readings[pool->current];

		if (reading->handed_over == reading->count) {
			if (!reading->ended)
				break;
			pool->current++;
			continue;
		}
		if (!reading->slots[reading->handed_over]->done)
			break;
		hand_over_slot(pool, reading->slots[reading->handed_over]);
		slot_free(reading->slots[reading->handed_over]);
		reading->slots[reading->handed_over++] = NULL;
	}
	if (pool->error)
		pthread_cond_broadcast(&pool->changed);
}

/* With the lock held: the place of the next result of a source. NULL: there is no memory. */
static struct slot *reading_add(struct reading *reading)
{
	struct slot *slot = calloc(1, sizeof(*slot));

	if (!slot || array_reserve(reading->slots, reading->capacity, reading->count + 1)) {
		free(slot);
		reading->pool->error = -ENOMEM;
		return NULL;
	}
	slot->result.kernel = &slot->kernel;
	reading->slots[reading->count++] = slot;
	return slot;
}

/* A kernel of a source that cannot be used is a result too, in its place. */
static void note_failure(struct reading *reading, const char *path, int error, const char *why)
{
	struct kernel_pool *pool = reading->pool;
	struct slot *slot;

	pthread_mutex_lock(&pool->lock);
	slot = reading_add(reading);
	if (slot) {
		slot->result.error = error;
		reason_set(&slot->result.why, 0, "%s", why);
		slot->kernel.path = strdup(path);
		if (!slot->kernel.path || kernel_path_read_release("", "", &slot->kernel.id, NULL))
			pool->error = -ENOMEM;
		slot->done = true;
	}
	pthread_mutex_unlock(&pool->lock);
}

static void note_skipped(void *context, const char *path, const char *why)
{
	note_failure(context, path, -EINVAL, why);
}

/* --- work ------------------------------------------------------------------------------------- */

static bool leave_out(struct kernel_pool *pool, struct slot *slot)
{
	slot->is_left_out =
		!slot->result.error && kernel_input_leaves_out(pool->input, slot->result.kernel);
	return slot->is_left_out;
}

/* Only here the types of a kernel are opened. */
static void run_kernel(struct kernel_pool *pool, struct worker *worker, struct slot *slot,
		       struct kernel_types *kernel_types)
{
	struct kernel_pool_result *result = &slot->result;
	struct type_source *types = NULL;

	if (leave_out(pool, slot))
		return;
	if (!result->error)
		result->error =
			(pool->work->needs_all_types ? kernel_reader_open_all : kernel_reader_open)(
				&worker->reader, kernel_types, &types, &result->why);
	if (!result->error && pool->work->requests)
		result->error = kernel_modules_add(&worker->modules, pool->work->requests,
						   pool->input, result->kernel, kernel_types,
						   &types, &result->modules, &result->why);
	if (!result->error)
		result->error =
			pool->work->run(pool->work->context, worker->scratch, result->kernel, types,
					&result->outcome, &result->why);
	kernel_reader_close(&worker->reader);
}

/* A file whose key is known; what the file itself says must not contradict the key. */
static void run_file(struct kernel_pool *pool, struct worker *worker, size_t number)
{
	_cleanup_(kernel_types_close) struct kernel_types types = {0};
	struct kernel_file *file = &pool->input->list.files[number];
	struct slot *slot = &pool->slots[number];
	struct kernel_pool_result *result = &slot->result;
	struct kernel_facts facts = {.machine = ""};

	result->kernel = file;
	if (leave_out(pool, slot))
		return;
	result->error = kernel_types_open(file->path, KERNEL_TYPES_UNKNOWN, &pool->budget, &facts,
					  &types, &result->why);
	if (!result->error)
		result->error = kernel_file_complete(file, &facts, &result->why);
	run_kernel(pool, worker, slot, &types);
}

/* A kernel that was read from a source. */
static void run_bytes(struct kernel_pool *pool, struct worker *worker, struct slot *slot,
		      struct kernel_btf *bytes)
{
	_cleanup_(kernel_types_close) struct kernel_types types = {0};
	struct kernel_pool_result *result = &slot->result;
	struct kernel_facts facts = {.machine = ""};
	/* Then all that it says of itself is in the key. It costs as much as trimming. */
	bool is_known = slot->kernel.types != KERNEL_TYPES_UNKNOWN;

	result->error = kernel_types_unpack(bytes, KERNEL_TYPES_UNKNOWN, is_known ? NULL : &facts,
					    &types, &result->why);
	if (!result->error && !is_known)
		result->error = kernel_file_complete(&slot->kernel, &facts, &result->why);
	slot->kernel.types = types.dwarf ? KERNEL_TYPES_DWARF : KERNEL_TYPES_BTF;
	run_kernel(pool, worker, slot, &types);
}

static void run_pack_source(struct kernel_pool *pool, struct worker *worker,
			    struct kernel_pool_result *result, const struct pack_reader *pack,
			    size_t number)
{
	result->error = pack_source_open(&worker->packed, pack, number, &result->why);
	if (!result->error)
		result->error =
			pool->work->run(pool->work->context, worker->scratch, result->kernel,
					&worker->packed.types, &result->outcome, &result->why);
}

/* A kernel of a pack, whose key is whole. If it needs types that were not read, all types of the
 * pack are read, for the kernels after it as well. */
static void run_packed(struct kernel_pool *pool, struct worker *worker, struct reading *reading,
		       struct slot *slot, const struct pack_reader *pack, size_t number)
{
	struct kernel_pool_result *result = &slot->result;

	if (leave_out(pool, slot))
		return;
	run_pack_source(pool, worker, result, pack, number);
	if (!pack_source_lacks_types(&worker->packed))
		return;
	free(result->outcome);
	result->outcome = NULL;
	/* Not with the pool's lock, since it may wait for memory. */
	pthread_mutex_lock(&reading->pack_lock);
	pack = kernel_stream_pack_all(reading->stream, &result->why);
	pthread_mutex_unlock(&reading->pack_lock);
	result->error = -EBADMSG;
	if (!pack)
		return;
	pthread_mutex_lock(&pool->lock);
	reading->pack = pack;
	pthread_mutex_unlock(&pool->lock);
	run_pack_source(pool, worker, result, pack, number);
}

static bool is_wanted(void *context, const struct kernel_id *id)
{
	struct kernel_pool *pool = ((struct reading *)context)->pool;
	bool wanted;

	pthread_mutex_lock(&pool->lock); /* it counts */
	wanted = kernel_input_wants(pool->input, id);
	pthread_mutex_unlock(&pool->lock);
	return wanted;
}

/* Without the lock, but as the only one to read the source. As kernel_stream_next(). */
static int read_next(struct reading *reading, struct kernel_file *ret_kernel,
		     struct kernel_btf *ret_bytes, struct reason *why)
{
	struct kernel_stream_opts opts = {
		.want = is_wanted,
		.skip = note_skipped,
		.context = reading,
		.budget = &reading->pool->budget,
	};
	int err = reading->stream
			  ? 0
			  : kernel_stream_open(reading->source, &opts, &reading->stream, why);

	return err ? err : kernel_stream_next(reading->stream, ret_kernel, ret_bytes, why);
}

/* With the lock held: closes a source that was read to its end and that no thread uses, and so
 * gives its memory back. */
static void close_unused(struct reading *reading)
{
	if (!reading->ended || reading->users)
		return;
	kernel_stream_close(reading->stream);
	reading->stream = NULL;
	reading->pack = NULL;
}

/*
 * With the lock held, which is released meanwhile: reads one kernel and works on it. Returns
 * whether this thread must go on with the source, because the kernel's bytes belong to the stream
 * (kernel_stream_holds()).
 */
static bool run_source_once(struct kernel_pool *pool, struct worker *worker,
			    struct reading *reading)
{
	_cleanup_(kernel_btf_close) struct kernel_btf bytes = {0};
	struct kernel_file kernel = {.path = NULL};
	struct reason why = {""};
	const struct pack_reader *pack = NULL;
	struct slot *slot = NULL;
	size_t number = 0;
	bool holds = false;
	int more;

	reading->busy = true;
	pthread_mutex_unlock(&pool->lock);
	more = read_next(reading, &kernel, &bytes, &why);
	if (more < 0)
		note_failure(reading, reading->source->path, more, why.text);
	if (more > 0) {
		holds = kernel_stream_holds(reading->stream);
		pack = kernel_stream_pack(reading->stream, &number);
	}
	pthread_mutex_lock(&pool->lock);
	if (more > 0) {
		slot = reading_add(reading);
		if (slot)
			slot->kernel = kernel;
		else
			kernel_file_clear(&kernel);
	}
	if (pack && reading->pack)
		pack = reading->pack;
	reading->ended = more <= 0;
	reading->busy = holds;
	close_unused(reading);
	pthread_cond_broadcast(&pool->changed);
	if (slot) {
		reading->users += pack != NULL;
		pthread_mutex_unlock(&pool->lock);
		if (pack)
			run_packed(pool, worker, reading, slot, pack, number);
		else
			run_bytes(pool, worker, slot, &bytes);
		pthread_mutex_lock(&pool->lock);
		reading->users -= pack != NULL;
		slot->done = true;
	}
	close_unused(reading);
	hand_over(pool);
	return holds;
}

static void run_source(struct kernel_pool *pool, struct worker *worker, struct reading *reading)
{
	while (run_source_once(pool, worker, reading) && !pool->error)
		;
}

/* With the lock held: a source that is open and not being read, or else one that is not open yet;
 * so there are never more open sources than threads. *@ret_busy: whether another thread reads one.
 */
static struct reading *find_reading(struct kernel_pool *pool, bool *ret_busy)
{
	struct reading *unopened = NULL;

	*ret_busy = false;
	for (size_t i = 0; i < pool->reading_count; i++) {
		struct reading *reading = &pool->readings[i];

		if (reading->busy)
			*ret_busy = true;
		else if (!reading->ended && reading->stream)
			return reading;
		else if (!reading->ended && !unopened)
			unopened = reading;
	}
	return unopened;
}

static void *run_thread(void *argument)
{
	struct kernel_pool *pool = argument;
	struct worker worker = {.scratch = pool->work->thread_new(pool->work->context)};
	bool busy = true;

	pthread_mutex_lock(&pool->lock);
	if (!worker.scratch && !pool->error)
		pool->error = -ENOMEM;
	while (!pool->error && pool->next < pool->input->list.count) {
		size_t number = pool->next++;

		pthread_mutex_unlock(&pool->lock);
		run_file(pool, &worker, number);
		pthread_mutex_lock(&pool->lock);
		pool->slots[number].done = true;
		hand_over(pool);
	}
	while (!pool->error && busy) {
		struct reading *reading = find_reading(pool, &busy);

		if (reading) {
			run_source(pool, &worker, reading);
			busy = true; /* look again */
		} else if (busy) {
			pthread_cond_wait(&pool->changed, &pool->lock);
		}
	}
	pthread_mutex_unlock(&pool->lock);
	if (worker.scratch)
		pool->work->thread_free(worker.scratch);
	kernel_reader_free(&worker.reader);
	kernel_modules_free(&worker.modules);
	pack_source_free(&worker.packed);
	return NULL;
}

static void run_threads(struct kernel_pool *pool, size_t jobs)
{
	pthread_t *threads = calloc(jobs + 1, sizeof(*threads));
	size_t started = 0;

	/* With fewer threads than wanted it only takes longer. */
	while (threads && started + 1 < jobs &&
	       !pthread_create(&threads[started], NULL, run_thread, pool))
		started++;
	run_thread(pool);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	free(threads);
}

static void pool_free(struct kernel_pool *pool)
{
	for (size_t i = 0; pool->slots && i < pool->input->list.count; i++)
		slot_clear_result(&pool->slots[i]);
	for (size_t i = 0; i < pool->reading_count; i++) {
		struct reading *reading = &pool->readings[i];

		for (size_t k = reading->handed_over; k < reading->count; k++)
			slot_free(reading->slots[k]);
		free(reading->slots);
		kernel_stream_close(reading->stream);
		pthread_mutex_destroy(&reading->pack_lock);
	}
	free(pool->slots);
	free(pool->readings);
	memory_budget_destroy(&pool->budget);
}

int kernel_pool_run(struct kernel_input *input, const struct kernel_pool_work *work)
{
	const struct kernel_list *list = &input->list;
	uint64_t room = work->memory / THREAD_MEMORY;
	/* From one source several threads can work on what has been read. */
	size_t jobs = !list->source_count && work->jobs > list->count ? list->count : work->jobs;
	struct kernel_pool pool = {
		.input = input,
		.work = work,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
		.total = list->source_count ? 0 : list->count,
		.slots = calloc(list->count + 1, sizeof(struct slot)),
		.readings = calloc(list->source_count + 1, sizeof(struct reading)),
	};

	if (jobs > room)
		jobs = room ? (size_t)room : 1;
	memory_budget_init(&pool.budget, work->memory);
	if (pool.slots && pool.readings) {
		pool.reading_count = list->source_count;
		for (size_t i = 0; i < pool.reading_count; i++) {
			pool.readings[i].pool = &pool;
			pool.readings[i].source = &list->sources[i];
			pthread_mutex_init(&pool.readings[i].pack_lock, NULL);
		}
		engine_progress(input->events, 0, pool.total, NULL);
		run_threads(&pool, jobs);
	} else {
		pool.error = -ENOMEM;
	}
	pool_free(&pool);
	return pool.error;
}

unsigned int kernel_pool_default_jobs(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return (unsigned int)sysconf(_SC_NPROCESSORS_ONLN); /* more than fit the set */
	return CPU_COUNT(&set) > 0 ? (unsigned int)CPU_COUNT(&set) : 1;
}
