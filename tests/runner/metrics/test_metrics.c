/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"
#include "runner/metrics/exposition.h"
#include "runner/metrics/listen_address.h"
#include "runner/metrics/metrics.h"
#include "runner/metrics/metrics_server.h"

static struct bpf_object *object;
static const struct btf *btf;

struct key {
	int pid;
	char comm[8];
};

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static int open_object(void **state)
{
	libbpf_set_print(quiet);
	object = bpf_object__open(MAPS_OBJECT);
	btf = object ? bpf_object__btf(object) : NULL;
	return !btf;
}

static int close_object(void **state)
{
	bpf_object__close(object);
	return 0;
}

static uint32_t key_type(void)
{
	return (uint32_t)btf__find_by_name_kind(btf, "key", BTF_KIND_STRUCT);
}

static char *render(struct metrics *metrics)
{
	struct byte_buffer page = {0};

	assert_int_equal(metrics_render(metrics, &page, NULL), 0);
	byte_buffer_append_u8(&page, 0);
	assert_false(byte_buffer_failed(&page));
	return (char *)page.data;
}

static void test_names(void **state)
{
	assert_string_equal(
		exposition_name((const char *[]){"my-tool", "", "AT.X", "total", NULL}).text,
		"my_tool_at_x_total");
	assert_string_equal(exposition_name((const char *[]){"9lives", NULL}).text, "_9lives");
	assert_string_equal(exposition_name((const char *[]){"__name__", NULL}).text, "x_name__");
	assert_string_equal(exposition_name((const char *[]){"", NULL}).text, "x");
}

static void test_addresses(void **state)
{
	static const char *const bad[] = {
		"",	    "x",      "65536",	 "-1",		 ":80",		 "host:80",
		"1.2.3.4:", "::1:80", "[::1]80", "[1.2.3.4]:80", "1.2.3.4.5:80", "80 "};
	union listen_address address;
	struct reason why = {""};

	assert_int_equal(listen_address_parse("9435", &address, NULL), 0);
	assert_int_equal(address.v4.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	assert_int_equal(address.v4.sin_port, htons(9435));
	assert_int_equal(listen_address_parse("0.0.0.0:1", &address, NULL), 0);
	assert_int_equal(address.v4.sin_addr.s_addr, 0);
	assert_int_equal(listen_address_parse("[::1]:1", &address, NULL), 0);
	assert_int_equal(address.v6.sin6_family, AF_INET6);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(listen_address_parse(bad[i], &address, &why), -EINVAL);
	assert_non_null(strstr(why.text, "\"80 \" is no address to listen on"));
}

static void test_events(void **state)
{
	struct event_counter *counter = NULL, *plain = NULL;
	struct metrics *metrics = NULL;
	_cleanup_free_ char *page = NULL;
	struct key garbage = {1, "ls"};

	assert_int_equal(metrics_new(&metrics, "tool"), 0);
	assert_int_equal(
		metrics_add_events(metrics, "events", btf, key_type(), "comm,PID", &counter, NULL),
		0);
	assert_int_equal(metrics_add_events(metrics, "other", btf, 0, NULL, &plain, NULL), 0);
	event_counter_count(counter, &garbage, sizeof(garbage));
	garbage.comm[5] = 'x'; /* past the NUL */
	event_counter_count(counter, &garbage, sizeof(garbage));
	event_counter_count(counter, &(struct key){2, "a\"\n"}, sizeof(garbage));
	event_counter_count(counter, &garbage, 3);
	event_counter_count(plain, "", 0);
	event_counter_lose(plain, 7);
	page = render(metrics);
	assert_string_equal(
		page,
		"# HELP tool_events_total Events of the BPF program\n"
		"# TYPE tool_events_total counter\n"
		"tool_events_total{map=\"events\",comm=\"ls\",pid=\"1\"} 2\n"
		"tool_events_total{map=\"events\",comm=\"a\\\"\\\\x0a\",pid=\"2\"} 1\n"
		"tool_events_total{map=\"events\",comm=\"(other)\",pid=\"(other)\"} 1\n"
		"tool_events_total{map=\"other\"} 1\n"
		"# HELP tool_lost_events_total Events that were lost because the buffer was full\n"
		"# TYPE tool_lost_events_total counter\n"
		"tool_lost_events_total{map=\"events\"} 0\n"
		"tool_lost_events_total{map=\"other\"} 7\n");
	metrics_free(metrics);
}

/* As many series as are allowed, and not one more. */
static void test_bound(void **state)
{
	struct event_counter *counter = NULL;
	struct metrics *metrics = NULL;
	_cleanup_free_ char *page = NULL;
	size_t lines = 0;

	assert_int_equal(metrics_new(&metrics, "tool"), 0);
	assert_int_equal(
		metrics_add_events(metrics, "events", btf, key_type(), "pid", &counter, NULL), 0);
	for (int round = 0; round < 2; round++)
		for (int pid = 0; pid < EVENT_SERIES_MAX + 500; pid++)
			event_counter_count(counter, &(struct key){pid, ""}, sizeof(struct key));
	page = render(metrics);
	for (const char *at = page; (at = strstr(at, "\"} 2\n")); at++)
		lines++;
	assert_int_equal(lines, EVENT_SERIES_MAX);
	assert_non_null(strstr(page, "pid=\"(other)\"} 1000\n"));
	metrics_free(metrics);
}

static void test_bad_keys(void **state)
{
	struct metrics *metrics = NULL;
	struct event_counter *counter = NULL;
	struct reason why = {""};
	struct map_shape none = {0};

	assert_int_equal(metrics_new(&metrics, "tool"), 0);
	assert_int_equal(metrics_add_events(metrics, "e", btf, key_type(), "uid", &counter, &why),
			 -ENOENT);
	assert_string_equal(why.text, "struct key has no member \"uid\" to count events by");
	assert_int_equal(metrics_add_events(metrics, "e", btf, 0, "uid", &counter, &why), -EINVAL);
	assert_int_equal(metrics_add_events(metrics, "e", btf, key_type(), "pid,pid,pid,pid,pid",
					    &counter, &why),
			 -EINVAL);
	assert_null(counter);
	assert_int_equal(metrics_add_map(metrics, bpf_object__find_map_by_name(object, "latencies"),
					 btf, MAP_METRIC_HISTOGRAM, &none, &why),
			 -EINVAL);
	assert_non_null(strstr(why.text, "nothing says what its slots count"));
	metrics_free(metrics);
}

/* Sends one request and returns the whole answer. */
static char *ask(struct metrics_server *server, const char *request)
{
	const char *address = metrics_server_address(server);
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				 .sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1))};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct byte_buffer answer = {0};
	char part[4096];
	ssize_t size;

	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
	for (int i = 0; i < 1000; i++) {
		metrics_server_run(server);
		size = recv(fd, part, sizeof(part), MSG_DONTWAIT);
		if (size == 0)
			break;
		if (size > 0)
			byte_buffer_append(&answer, part, (size_t)size);
		else
			usleep(1000);
	}
	close(fd);
	byte_buffer_append_u8(&answer, 0);
	return (char *)answer.data;
}

static void test_server(void **state)
{
	struct event_counter *counter = NULL;
	struct metrics *metrics = NULL;
	struct metrics_server *server = NULL, *second = NULL;
	struct reason why = {""};
	char *answer, huge[40000] = "GET /";

	assert_int_equal(metrics_new(&metrics, "tool"), 0);
	assert_int_equal(metrics_add_events(metrics, "events", btf, 0, NULL, &counter, NULL), 0);
	if (metrics_server_start(&server, metrics, "0", false, &why) == -EOPNOTSUPP) {
		metrics_free(metrics);
		skip();
	}
	assert_non_null(server);
	assert_true(metrics_server_fd(server) >= 0);
	assert_int_equal(
		metrics_server_start(&second, metrics, metrics_server_address(server), false, &why),
		-EADDRINUSE);
	assert_non_null(strstr(why.text, "cannot listen on 127.0.0.1:"));

	answer = ask(server, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	assert_memory_equal(answer, "HTTP/1.1 200 ", 13);
	assert_non_null(strstr(answer, "text/plain; version=0.0.4"));
	assert_non_null(strstr(answer, "\ntool_events_total{map=\"events\"} 0\n"));
	free(answer);
	answer = ask(server, "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	assert_memory_equal(answer, "HTTP/1.1 404 ", 13);
	free(answer);
	answer = ask(server, "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
			     "Connection: close\r\n\r\n");
	assert_memory_equal(answer, "HTTP/1.1 405 ", 13);
	free(answer);
	memset(huge + 5, 'x', sizeof(huge) - 6);
	answer = ask(server, huge);
	assert_memory_equal(answer, "HTTP/1.1 4", 10);
	free(answer);
	metrics_server_stop(server);
	metrics_free(metrics);
}

/* Loads the object: the last test. */
static void test_maps(void **state)
{
	static const char *const names[] = {"counts", "levels", "per_cpu", "latencies", "sizes"};
	static const enum map_metric metrics_of[] = {MAP_METRIC_COUNTER, MAP_METRIC_GAUGE,
						     MAP_METRIC_GAUGE, MAP_METRIC_HISTOGRAM,
						     MAP_METRIC_HISTOGRAM};
	struct {
		uint32_t slots[27];
		char comm[8];
		uint64_t sum;
	} latency = {{1, 4, 0, 8}, "init", 99};
	struct metrics *metrics = NULL;
	_cleanup_free_ char *page = NULL;

	if (geteuid() != 0)
		skip();
	assert_int_equal(metrics_new(&metrics, "tool"), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, names[i]);
		struct map_shape shape;
		enum map_metric metric;

		assert_int_equal(map_shape_find(map, btf, &shape, &metric, NULL), 0);
		assert_int_equal(metrics_add_map(metrics, map, btf, metrics_of[i], &shape, NULL),
				 0);
	}
	assert_int_equal(bpf_object__load(object), 0);
	for (int pid = 0; pid < METRICS_SERIES_MAX + 10; pid++)
		assert_int_equal(
			bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "counts"),
					    &(struct key){pid, "ls"}, &(uint64_t){(uint64_t)pid},
					    BPF_ANY),
			0);
	bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "levels"), &(uint32_t){3},
			    &(int){-4}, BPF_ANY);
	bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "sizes"), &(uint32_t){2},
			    &(uint64_t){6}, BPF_ANY);
	bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "latencies"), &(uint32_t){1},
			    &latency, BPF_ANY);
	page = render(metrics);
	/* the largest stay */
	assert_non_null(strstr(page, "\ntool_counts_total{pid=\"1009\",comm=\"ls\"} 1009\n"));
	assert_non_null(strstr(page, "\ntool_counts_total{pid=\"10\",comm=\"ls\"} 10\n"));
	assert_null(strstr(page, "\ntool_counts_total{pid=\"9\","));
	assert_non_null(strstr(page, "\ncorebtf_entries_left_out{map=\"counts\"} 10\n"));
	assert_non_null(strstr(page, "\n# TYPE tool_levels gauge\ntool_levels{key=\"3\"} -4\n"));
	assert_non_null(strstr(page, "\n# TYPE tool_per_cpu_total gauge\n"));
	assert_non_null(strstr(page, "\n# TYPE tool_latencies_usecs histogram\n"
				     "tool_latencies_usecs_bucket{key=\"1\",le=\"1\"} 1\n"
				     "tool_latencies_usecs_bucket{key=\"1\",le=\"3\"} 5\n"
				     "tool_latencies_usecs_bucket{key=\"1\",le=\"7\"} 5\n"
				     "tool_latencies_usecs_bucket{key=\"1\",le=\"15\"} 13\n"));
	assert_non_null(strstr(page, "\ntool_latencies_usecs_bucket{key=\"1\",le=\"+Inf\"} 13\n"
				     "tool_latencies_usecs_sum{key=\"1\"} 99\n"
				     "tool_latencies_usecs_count{key=\"1\"} 13\n"));
	assert_non_null(strstr(page, "\ntool_sizes_kb_bucket{le=\"119\"} 0\n"
				     "tool_sizes_kb_bucket{le=\"129\"} 6\n"));
	metrics_free(metrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),	 cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_events),	 cmocka_unit_test(test_bound),
		cmocka_unit_test(test_bad_keys), cmocka_unit_test(test_server),
		cmocka_unit_test(test_maps),
	};

	return cmocka_run_group_tests(tests, open_object, close_object);
}
