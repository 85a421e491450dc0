/* SPDX-License-Identifier: MIT */
/*
 * In: loaded programs with their targets. Out: links, one or more for each.
 */
#include "runner/attach/links.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"
#include "runner/object/libbpf_log.h"
#include "runtime/util/array.h"

#define ERROR_SIZE 128

static int explain(struct reason *why, int error)
{
	char words[ERROR_SIZE];

	libbpf_strerror(error, words, sizeof(words));
	return reason_set(why, error, "%s%s%s", words, *libbpf_log_first() ? ": " : "",
			  libbpf_log_first());
}

/* @link: what libbpf returned, NULL with errno. */
static int add_link(struct links *links, struct bpf_link *link, struct reason *why)
{
	if (!link)
		return explain(why, -errno);
	if (array_reserve(links->list, links->capacity, links->count + 1)) {
		bpf_link__destroy(link);
		return reason_errno(why, -ENOMEM, "the link");
	}
	links->list[links->count++] = link;
	return 0;
}

/* FILE:FUNCTION[+OFFSET]; a path has no colon, as in libbpf's section names. */
static int attach_uprobe(struct links *links, const struct bpf_program *program,
			 const struct target *target, const struct settings *settings,
			 struct reason *why)
{
	_cleanup_free_ char *file = strdup(target->place);
	char *colon = file ? strrchr(file, ':') : NULL, *plus, *end;
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .retprobe = target->at_return);
	size_t offset = 0;

	if (!file)
		return reason_errno(why, -ENOMEM, target->place);
	if (!colon || colon == file || !colon[1])
		return reason_set(why, -EINVAL, "'%s' is no FILE:FUNCTION", target->place);
	*colon = '\0';
	plus = strchr(colon + 1, '+');
	if (plus) {
		errno = 0;
		offset = strtoul(plus + 1, &end, 0);
		if (errno || *end || end == plus + 1)
			return reason_set(why, -EINVAL, "'%s' is no FILE:FUNCTION+OFFSET",
					  target->place);
		*plus = '\0';
	}
	opts.func_name = colon + 1;
	return add_link(
		links,
		bpf_program__attach_uprobe_opts(program, settings->process, file, offset, &opts),
		why);
}

static int attach_usdt(struct links *links, const struct bpf_program *program,
		       const struct target *target, const struct settings *settings,
		       struct reason *why)
{
	_cleanup_free_ char *file = strdup(target->place);
	char *name = file ? strrchr(file, ':') : NULL, *provider;

	if (!file)
		return reason_errno(why, -ENOMEM, target->place);
	if (name)
		*name = '\0';
	provider = name ? strrchr(file, ':') : NULL;
	if (!provider)
		return reason_set(why, -EINVAL, "'%s' is no FILE:PROVIDER:NAME", target->place);
	*provider = '\0';
	return add_link(links,
			bpf_program__attach_usdt(program, settings->process, file, provider + 1,
						 name + 1, NULL),
			why);
}

static int attach_perf_event(struct links *links, const struct bpf_program *program,
			     const struct settings *settings, struct reason *why)
{
	struct perf_event_attr attribute = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attribute),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.freq = 1,
		.sample_freq = (__u64)settings->frequency,
	};
	int cpus = libbpf_num_possible_cpus(), attached = 0, err = 0;

	if (cpus < 0)
		return explain(why, cpus);
	for (int cpu = 0; !err && cpu < cpus; cpu++) {
		int fd = (int)syscall(SYS_perf_event_open, &attribute, -1, cpu, -1,
				      PERF_FLAG_FD_CLOEXEC);

		if (fd < 0 && errno == ENODEV) /* not online */
			continue;
		if (fd < 0)
			return reason_set(why, -errno, "no perf event on processor %d: %s", cpu,
					  strerror(errno));
		err = add_link(links, bpf_program__attach_perf_event(program, fd), why);
		if (err)
			close(fd); /* otherwise the link's */
		attached += !err;
	}
	return err ? err : attached ? 0 : reason_set(why, -ENODEV, "no processor is online");
}

static int find_interface(const struct target *target, struct reason *why)
{
	unsigned int number = if_nametoindex(target->place);

	return number ? (int)number
		      : reason_set(why, -ENODEV, "there is no network interface '%s'",
				   target->place);
}

static int attach_tc(struct links *links, const struct bpf_program *program,
		     const struct target *target, struct reason *why)
{
	LIBBPF_OPTS(bpf_tc_hook, hook,
		    .attach_point = target->is_egress ? BPF_TC_EGRESS : BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = bpf_program__fd(program));
	int interface = find_interface(target, why), err;
	struct tc_link added;

	if (interface < 0)
		return interface;
	if (array_reserve(links->tc, links->tc_capacity, links->tc_count + 1))
		return reason_errno(why, -ENOMEM, "the link");
	hook.ifindex = interface;
	added = (struct tc_link){.interface = interface, .point = hook.attach_point};
	err = bpf_tc_hook_create(&hook);
	added.made_hook = !err;
	if (!err || err == -EEXIST)
		err = bpf_tc_attach(&hook, &opts);
	if (err)
		return explain(why, err);
	added.handle = opts.handle;
	added.priority = opts.priority;
	links->tc[links->tc_count++] = added;
	return 0;
}

static int attach_cgroup(struct links *links, const struct bpf_program *program,
			 const struct target *target, struct reason *why)
{
	_cleanup_close_ int fd = open(target->place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return reason_errno(why, -errno, target->place);
	return add_link(links, bpf_program__attach_cgroup(program, fd), why);
}

static int attach_tracepoint(struct links *links, const struct bpf_program *program,
			     const struct target *target, struct reason *why)
{
	_cleanup_free_ char *category = strdup(target->place);
	char *slash = category ? strchr(category, '/') : NULL;

	if (!category)
		return reason_errno(why, -ENOMEM, target->place);
	if (!slash)
		return reason_set(why, -EINVAL, "'%s' is no CATEGORY/NAME", target->place);
	*slash = '\0';
	return add_link(links, bpf_program__attach_tracepoint(program, category, slash + 1), why);
}

int links_attach(struct links *links, const struct bpf_program *program,
		 const struct target *target, const struct settings *settings, struct reason *why)
{
	int number;

	libbpf_log_clear();
	switch (target->way) {
	case TARGET_BY_NAME:
		return add_link(links, bpf_program__attach(program), why);
	case TARGET_TRACEPOINT:
		return attach_tracepoint(links, program, target, why);
	case TARGET_RAW_TRACEPOINT:
		return add_link(links, bpf_program__attach_raw_tracepoint(program, target->place),
				why);
	case TARGET_KPROBE:
		return add_link(
			links,
			bpf_program__attach_kprobe(program, target->at_return, target->place), why);
	case TARGET_UPROBE:
		return attach_uprobe(links, program, target, settings, why);
	case TARGET_USDT:
		return attach_usdt(links, program, target, settings, why);
	case TARGET_PERF_EVENT:
		return attach_perf_event(links, program, settings, why);
	case TARGET_XDP:
		number = find_interface(target, why);
		return number < 0 ? number
				  : add_link(links, bpf_program__attach_xdp(program, number), why);
	case TARGET_TC:
		return attach_tc(links, program, target, why);
	case TARGET_CGROUP:
		return attach_cgroup(links, program, target, why);
	}
	return -EINVAL;
}

void links_free(struct links *links)
{
	for (size_t i = 0; i < links->count; i++)
		bpf_link__destroy(links->list[i]);
	for (size_t i = 0; i < links->tc_count; i++) {
		const struct tc_link *tc = &links->tc[i];
		LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = tc->interface, .attach_point = tc->point);
		LIBBPF_OPTS(bpf_tc_opts, opts, .handle = tc->handle, .priority = tc->priority);

		bpf_tc_detach(&hook, &opts);
		if (tc->made_hook) {
			hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
			bpf_tc_hook_destroy(&hook);
		}
	}
	free(links->list);
	free(links->tc);
	*links = (struct links){0};
}
