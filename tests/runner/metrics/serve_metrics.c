/* SPDX-License-Identifier: MIT */
/*
 * serve_metrics page: prints the page of some maps and events.
 * serve_metrics ADDRESS: prints where it listens, then serves that page until it is killed.
 */
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "embedder/util/byte_buffer.h"
#include "runner/metrics/metrics.h"
#include "runner/metrics/metrics_server.h"

struct key {
	int pid;
	char comm[8];
};

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static void put(struct bpf_object *object, const char *name, const void *key, const void *value)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);

	if (!map || bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY)) {
		fprintf(stderr, "map %s: not filled\n", name);
		exit(1);
	}
}

static void add_map(struct metrics *metrics, struct bpf_object *object, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);
	struct map_shape shape;
	enum map_metric metric;
	struct reason why;

	if (map_shape_find(map, bpf_object__btf(object), &shape, &metric, &why) ||
	    metrics_add_map(metrics, map, bpf_object__btf(object), metric, &shape, &why)) {
		fprintf(stderr, "%s\n", why.text);
		exit(1);
	}
}

static void fill(struct bpf_object *object)
{
	struct {
		uint32_t slots[27];
		char comm[8];
		uint64_t sum;
	} latency = {{1, 4, 0, 8}, "init", 99};

	put(object, "counts", &(struct key){7, "a\"\\\nb"}, &(uint64_t){9});
	put(object, "counts", &(struct key){-9, "\xff"}, &(uint64_t){UINT64_MAX});
	put(object, "levels", &(uint32_t){2}, &(int){-70});
	put(object, "latencies", &(uint32_t){1}, &latency);
}

static void count_events(struct metrics *metrics, const struct btf *btf)
{
	int32_t type = btf__find_by_name_kind(btf, "key", BTF_KIND_STRUCT);
	struct event_counter *counter = NULL;

	if (metrics_add_events(metrics, "events", btf, (uint32_t)type, "comm", &counter, NULL))
		exit(1);
	for (int i = 0; i < 3; i++)
		event_counter_count(counter, &(struct key){i, "bash"}, sizeof(struct key));
	event_counter_count(counter, &(struct key){1, "ls"}, sizeof(struct key));
	event_counter_lose(counter, 5);
}

int main(int argc, char **argv)
{
	static const char *const names[] = {"counts", "levels", "latencies"};
	struct metrics_server *server = NULL;
	struct metrics *metrics = NULL;
	struct byte_buffer page = {0};
	struct reason why = {""};
	struct bpf_object *object;
	struct pollfd wait = {.events = POLLIN};

	libbpf_set_print(quiet);
	object = bpf_object__open(MAPS_OBJECT);
	if (argc != 2 || !object || metrics_new(&metrics, "my-tool"))
		return 1;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		add_map(metrics, object, names[i]);
	if (bpf_object__load(object))
		return 77; /* not root */
	fill(object);
	count_events(metrics, bpf_object__btf(object));
	if (strcmp(argv[1], "page") == 0) {
		if (metrics_render(metrics, &page, &why))
			return 1;
		fwrite(page.data, 1, page.size, stdout);
		byte_buffer_free(&page);
		metrics_free(metrics);
		bpf_object__close(object);
		return 0;
	}
	if (metrics_server_start(&server, metrics, argv[1], false, &why)) {
		fprintf(stderr, "%s\n", why.text);
		return 1;
	}
	puts(metrics_server_address(server));
	fflush(stdout);
	wait.fd = metrics_server_fd(server);
	for (;;) {
		poll(&wait, 1, 1000);
		metrics_server_run(server);
	}
}
