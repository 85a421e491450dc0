/* SPDX-License-Identifier: MIT */
/*
 * The runner: loads and attaches BPF objects, prints their events and maps. It is the program that
 * `corebtf tool` puts objects and BTFs into, and that `corebtf run` starts on a file.
 *
 *	the own file ── object/ ──► objects ── options/ ──► values ── object/ ──► loaded
 *	                                                                            │
 *	stdout ◄── show/, maps/ ◄── events ◄── poll/ ◄── links ◄── attach/ ◄────────┘
 *
 * A runner that carries no tool takes the object's file as its first argument.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <corebtf.h>

#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"
#include "runner/attach/links.h"
#include "runner/attach/program_list.h"
#include "runner/attach/target.h"
#include "runner/metrics/metrics.h"
#include "runner/metrics/metrics_server.h"
#include "runner/object/libbpf_log.h"
#include "runner/object/loading.h"
#include "runner/object/tool.h"
#include "runner/options/settings.h"
#include "runner/options/variable.h"
#include "runner/poll/buffers.h"
#include "runner/poll/map_outputs.h"
#include "runner/poll/waiting.h"
#include "runner/service/notify.h"
#include "runner/service/privileges.h"

/* Exit statuses, as those of corebtf. */
#define STATUS_DONE   0
#define STATUS_FAILED 1
#define STATUS_USAGE  2

/* Of standard output: some hundred events are written at once. */
#define OUTPUT_SIZE (256 << 10)

/* How often connections that stay open are looked at. */
#define SERVER_MILLISECONDS 1000

struct run {
	struct tool tool;
	struct variables variables;
	struct defaults defaults;
	struct settings settings;
	struct loading loading;
	struct links links;
	struct buffers *buffers;
	struct map_outputs maps;
	struct metrics *metrics;
	struct metrics_server *server; /* NULL: no --metrics */
	struct waiting waiting;
	size_t attached;
	struct timespec start;
};

static const char *program_name = "runner";

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	va_list arguments;

	fflush(stdout); /* so that lines of both come in their order */
	va_start(arguments, format);
	fprintf(stderr, "%s: ", program_name);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
}

static void print_log(void *context, const char *line)
{
	(void)context;
	say("%s", line);
}

static void cleanup_run(struct run *run)
{
	links_free(&run->links);
	metrics_server_stop(run->server);
	buffers_close(run->buffers);
	metrics_free(run->metrics);
	map_outputs_clear(&run->maps);
	loading_free(&run->loading);
	corebtf_path_free((char *)run->loading.btf_path);
	waiting_stop(&run->waiting);
	settings_free(&run->settings);
	defaults_free(&run->defaults);
	variables_free(&run->variables);
	tool_close(&run->tool);
}

/* --- the tool and its options ------------------------------------------------------------------
 */

/* Takes the first argument as the file of an object if the runner carries none. */
static int open_tool(struct run *run, int *argc, char ***argv)
{
	struct reason why = {""};
	int err = tool_open_own(&run->tool, &why);

	if (err == -ENODATA) {
		if (*argc < 2 || (*argv)[1][0] == '-') {
			say("this runner carries no tool: give the file of a BPF object first, or "
			    "make a tool with 'corebtf tool'");
			return STATUS_USAGE;
		}
		err = tool_open_file((*argv)[1], &run->tool, &why);
		(*argc)--;
		(*argv)++;
	}
	if (!err) {
		program_name = run->tool.name;
		return STATUS_DONE;
	}
	say("%s", why.text);
	return STATUS_FAILED;
}

static int read_options(struct run *run, int argc, char **argv)
{
	struct reason why = {""};
	int err = 0;

	for (size_t i = 0; !err && i < run->tool.count; i++) {
		struct bpf_object *object = loading_open(&run->tool.objects[i], NULL, &why);

		err = object ? variables_collect(&run->variables, object, i, &why) : -EINVAL;
		bpf_object__close(object);
	}
	if (!err)
		err = settings_start(&run->settings, &run->variables, &why);
	if (!err)
		err = defaults_read(&run->defaults, run->tool.defaults, &run->variables, &why);
	if (!err)
		err = settings_parse(&run->settings, &run->variables, run->defaults.word_count + 1,
				     run->defaults.words, &why);
	if (err) {
		say("%s", why.text);
		return STATUS_FAILED;
	}
	if (!settings_parse(&run->settings, &run->variables, argc, argv, &why))
		return STATUS_DONE;
	say("%s; see '%s --help'", why.text, program_name);
	return STATUS_USAGE;
}

/* --- loading and attaching ---------------------------------------------------------------------
 */

/* The BTF for libbpf. That there is none is no failure yet: not every object needs it. */
static int find_btf(struct run *run)
{
	struct corebtf_origin origin = {.sz = sizeof(origin)};
	struct corebtf_path_opts opts = {
		.sz = sizeof(opts),
		.log = run->settings.verbose ? print_log : NULL,
		.ret_origin = &origin,
	};
	char *path = NULL;
	int err = corebtf_path_for_running_kernel(&path, &opts);

	run->loading.btf_path = path;
	run->loading.kernel_has_btf = access("/sys/kernel/btf/vmlinux", R_OK) == 0;
	if (!err && run->settings.verbose)
		say("BTF: %s", path ? path : "the kernel's own");
	return err;
}

static const char *explain_btf(int error)
{
	switch (error) {
	case -ENODATA:
		return "the kernel has no BTF, and none is in this file: name kernels with "
		       "'corebtf "
		       "tool --kernels'";
	case -ENOENT:
		return "the kernel has no BTF, and none of those in this file is for it: 'corebtf "
		       "list FILE' shows for which kernels they are";
	case -ENOTUNIQ:
		return "several of the BTFs in this file may be the kernel's: 'corebtf lookup FILE "
		       "-v' shows which";
	case -EBADMSG:
		return "the BTFs in this file are damaged";
	default:
		return strerror(-error);
	}
}

/* For loading.h. */
static int prepare(void *context, struct bpf_object *object, struct reason *why)
{
	struct run *run = context;

	return map_outputs_add(&run->maps, object, why);
}

/* The objects are closed: what knows their maps starts anew. */
static int restart(void *context)
{
	struct run *run = context;

	map_outputs_clear(&run->maps);
	metrics_free(run->metrics);
	run->metrics = run->maps.metrics = NULL;
	if (!run->settings.metrics)
		return 0;
	return metrics_new(&run->metrics, program_name) ? -ENOMEM
							: (run->maps.metrics = run->metrics, 0);
}

static int load(struct run *run)
{
	struct reason why = {""};
	int btf_error = find_btf(run), err;

	run->loading.tool = &run->tool;
	run->loading.settings = &run->settings;
	run->loading.variables = &run->variables;
	run->loading.types.others = run->variables.btfs;
	run->loading.types.other_count = run->variables.btf_count;
	run->loading.prepare = prepare;
	run->loading.restart = restart;
	run->loading.context = run;
	run->maps.settings = &run->settings;
	run->maps.out = stdout;
	if (run->settings.list) {
		err = program_list_print(&run->loading, stdout, &why);
		if (err)
			say("%s", why.text);
		return err ? STATUS_FAILED : STATUS_DONE;
	}
	err = restart(run);
	if (err)
		reason_errno(&why, err, program_name);
	else
		err = loading_run(&run->loading, &why);
	if (!err)
		return STATUS_DONE;
	if (!run->settings.verbose && *libbpf_log_all()) {
		say("libbpf and the verifier said:");
		fputs(libbpf_log_all(), stderr);
	}
	say("%s", why.text);
	if (geteuid() != 0 && (err == -EPERM || err == -EACCES))
		say("loading BPF programs takes root, or CAP_BPF and CAP_PERFMON");
	else if (btf_error)
		say("%s", explain_btf(btf_error));
	return STATUS_FAILED;
}

static int attach_program(struct run *run, size_t object, const struct bpf_program *program)
{
	struct reason why = {""};
	struct target target;
	const char *problem;
	char text[260];

	target_describe(program, &run->settings, &target);
	problem = target_problem(program, &target, text, sizeof(text));
	if (!*problem) {
		if (!links_attach(&run->links, program, &target, &run->settings, &why)) {
			run->attached++;
			return 0;
		}
		problem = why.text;
	}
	return loading_skip(&run->loading, object, bpf_program__name(program), problem);
}

static void print_skipped(const struct run *run)
{
	for (size_t i = 0; i < run->loading.skipped_count; i++)
		say("%s: not attached: %s", run->loading.skipped[i].name,
		    run->loading.skipped[i].why);
}

static int attach(struct run *run)
{
	for (size_t i = 0; i < run->tool.count; i++) {
		struct bpf_program *program;

		if (!run->loading.objects[i])
			continue;
		bpf_object__for_each_program(program, run->loading.objects[i])
		{
			if (bpf_program__fd(program) >= 0 && attach_program(run, i, program)) {
				say("out of memory");
				return STATUS_FAILED;
			}
		}
	}
	if (!run->settings.quiet || !run->attached)
		print_skipped(run);
	if (run->attached)
		return STATUS_DONE;
	say("no program is attached");
	return STATUS_FAILED;
}

/* --- running -----------------------------------------------------------------------------------
 */

static void print_advice(const struct run *run)
{
	for (size_t i = 0; i < run->loading.types.count; i++) {
		if (!run->loading.types.list[i].type && !run->settings.quiet)
			say("%s", run->loading.types.list[i].advice);
	}
}

/* Each --map and --metric must name a map. */
static int check_maps(const struct run *run, const struct setting_pairs *pairs, const char *option,
		      struct reason *why)
{
	for (size_t i = 0; i < pairs->count; i++) {
		bool found = false;

		for (size_t j = 0; j < run->tool.count; j++)
			found |= run->loading.objects[j] &&
				 bpf_object__find_map_by_name(run->loading.objects[j],
							      pairs->list[i].name);
		if (!found)
			return reason_set(why, -EINVAL, "--%s %s: there is no map %s", option,
					  pairs->list[i].name, pairs->list[i].name);
	}
	return 0;
}

static int open_outputs(struct run *run)
{
	struct waiting_options options = {
		.metrics = -1,
		.duration = run->settings.duration,
		.interval = run->settings.interval,
	};
	struct reason why = {""};
	int err = check_maps(run, &run->settings.maps, "map", &why);

	if (!err)
		err = check_maps(run, &run->settings.metric_maps, "metric", &why);
	if (!err)
		err = buffers_open(&run->loading, run->metrics, stdout, &run->buffers, &why);
	if (!err && run->metrics)
		err = metrics_server_start(&run->server, run->metrics, run->settings.metrics,
					   notify_must_wait(), &why);
	if (!err && run->server) {
		options.metrics = metrics_server_fd(run->server);
		if (!run->settings.quiet)
			say("metrics at http://%s/metrics", metrics_server_address(run->server));
	}
	if (!err) {
		options.events = buffers_fd(run->buffers);
		err = waiting_start(&run->waiting, &options, &why);
	}
	if (!err) {
		print_advice(run);
		return STATUS_DONE;
	}
	say("%s", why.text);
	return STATUS_FAILED;
}

/* While it runs or at its end. */
static bool reads_maps(const struct run *run)
{
	return run->maps.count || run->server || buffers_read_maps(run->buffers);
}

/* Loaded and attached: tells the service manager, and gives up what is not needed any more. */
static int settle(struct run *run)
{
	int err;

	clock_gettime(CLOCK_MONOTONIC, &run->start);
	err = run->settings.keep_capabilities
		      ? 0
		      : privileges_drop(reads_maps(run), run->links.tc_count > 0);
	if (err) {
		say("cannot drop capabilities: %s", strerror(-err));
		return STATUS_FAILED;
	}
	err = notify_send("READY=1\nSTATUS=tracing");
	if (err)
		say("cannot notify the service manager at $NOTIFY_SOCKET: %s", strerror(-err));
	notify_wait();
	fflush(stdout);
	return STATUS_DONE;
}

static int print_maps(struct run *run)
{
	struct reason why = {""};
	int err = map_outputs_print(&run->maps, &why);

	if (err)
		say("%s", why.text);
	return err;
}

/* One round of work. What it returns is a negative errno, or what waiting_next() returned. */
static int work(struct run *run)
{
	int ready = waiting_next(&run->waiting, run->server ? SERVER_MILLISECONDS : -1), err;

	if (ready < 0)
		return ready;
	err = buffers_drain(run->buffers);
	if (!err && ready & (WAITING_INTERVAL | WAITING_END | WAITING_SIGNAL))
		err = print_maps(run);
	if (!err && fflush(stdout))
		err = -errno;
	if (run->server)
		metrics_server_run(run->server);
	return err ? err : ready;
}

static int trace(struct run *run)
{
	int ready;

	do
		ready = work(run);
	while (ready >= 0 && !(ready & (WAITING_END | WAITING_SIGNAL)));
	/* -EPIPE: the reader has what it wanted, `tool | head`. */
	if (ready >= 0 || ready == -EPIPE)
		return STATUS_DONE;
	say("cannot go on: %s", strerror(-ready));
	return STATUS_FAILED;
}

static void print_summary(struct run *run)
{
	struct buffer_counts counts = buffers_counts(run->buffers);
	struct timespec now;
	double seconds;

	notify_send("STOPPING=1");
	if (run->settings.quiet)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = (double)(now.tv_sec - run->start.tv_sec) +
		  (double)(now.tv_nsec - run->start.tv_nsec) / 1e9;
	if (buffers_count(run->buffers))
		say("%s event%s, %s lost, in %.1f seconds", text_count(counts.events).text,
		    text_plural(counts.events), text_count(counts.lost).text, seconds);
}

static int run_tool(struct run *run, int argc, char **argv)
{
	int status = open_tool(run, &argc, &argv);

	if (status == STATUS_DONE)
		status = read_options(run, argc, argv);
	if (status != STATUS_DONE)
		return status;
	if (run->settings.help) {
		settings_print_help(program_name, &run->defaults, &run->variables, stdout);
		return STATUS_DONE;
	}
	if (run->settings.version) {
		printf("%s%s%s, a tool of corebtf %s\n", program_name,
		       run->defaults.version ? " " : "",
		       run->defaults.version ? run->defaults.version : "", corebtf_version());
		return STATUS_DONE;
	}
	libbpf_log_start(run->settings.verbose);
	status = load(run);
	if (status != STATUS_DONE || run->settings.list)
		return status;
	/* The buffers first: no event is lost between. */
	status = open_outputs(run);
	if (status == STATUS_DONE)
		status = attach(run);
	if (status == STATUS_DONE)
		status = settle(run);
	if (status == STATUS_DONE) {
		status = trace(run);
		print_summary(run);
	}
	return status;
}

int main(int argc, char **argv)
{
	_cleanup_(cleanup_run) struct run run = {
		.waiting = {.epoll = -1, .signals = -1, .duration = -1, .interval = -1}};
	int status;

	setvbuf(stdout, NULL, _IOFBF, OUTPUT_SIZE);
	libbpf_log_start(false);
	status = run_tool(&run, argc, argv);
	if (fflush(stdout) && status == STATUS_DONE) {
		say("cannot write to standard output: %s", strerror(errno));
		status = STATUS_FAILED;
	}
	return status;
}
