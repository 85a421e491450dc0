/* SPDX-License-Identifier: MIT */
/*
 * In: a program and the command line. Out: how to attach it, and where.
 */
#include "runner/attach/target.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runner/attach/tracefs.h"

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* What follows the first '/' of the section's name; "" if nothing does. */
static const char *place_in_name(const char *section)
{
	const char *slash = strchr(section, '/');

	return slash ? slash + 1 : "";
}

static void set_kind(struct target *target, const char *section)
{
	snprintf(target->kind, sizeof(target->kind), "%.*s", (int)strcspn(section, "/"), section);
}

/* @value NULL: the option that would say it is missing. */
static void set_place(struct target *target, const char *value, const char *option)
{
	if (value && *value)
		snprintf(target->place, sizeof(target->place), "%s", value);
	else
		snprintf(target->missing, sizeof(target->missing), "needs %s", option);
}

/* kprobe/FUNCTION; with FILE:FUNCTION by --attach or --binary it is a uprobe. */
static void describe_probe(const char *section, const char *chosen, const struct settings *settings,
			   struct target *target)
{
	const char *place = place_in_name(section);
	bool is_uprobe = section[0] == 'u' || (chosen && strchr(chosen, ':'));
	char joined[300];

	target->at_return = strstr(target->kind, "ret") != NULL;
	if (starts_with(section, "ksyscall") || starts_with(section, "kretsyscall") ||
	    strstr(section, ".multi")) {
		set_place(target, place, "a name");
		return;
	}
	if (chosen) {
		target->way = is_uprobe ? TARGET_UPROBE : TARGET_KPROBE;
		set_place(target, chosen, "");
		return;
	}
	if (!is_uprobe) {
		target->way = *place ? TARGET_BY_NAME : TARGET_KPROBE;
		set_place(target, place, "--attach PROGRAM=FUNCTION");
		return;
	}
	if (strchr(place, ':')) {
		set_place(target, place, "");
		return;
	}
	/* uprobe/FUNCTION is an old way to write it, without the file. */
	target->way = TARGET_UPROBE;
	if (settings->symbol)
		place = settings->symbol;
	snprintf(joined, sizeof(joined), "%s:%s", settings->binary ? settings->binary : "", place);
	set_place(target, settings->binary && *place ? joined : NULL,
		  *place ? "--binary FILE" : "--binary FILE and --symbol NAME");
}

static void describe_usdt(const char *section, const char *chosen, const struct settings *settings,
			  struct target *target)
{
	const char *place = place_in_name(section), *colon;
	char joined[300];

	if (!chosen && strchr(place, ':')) {
		set_place(target, place, "");
		return;
	}
	target->way = TARGET_USDT;
	if (!chosen)
		chosen = settings->symbol;
	colon = chosen ? strchr(chosen, ':') : NULL;
	/* FILE:PROVIDER:NAME, or PROVIDER:NAME with --binary. */
	if (colon && strchr(colon + 1, ':')) {
		set_place(target, chosen, "");
		return;
	}
	snprintf(joined, sizeof(joined), "%s:%s", settings->binary ? settings->binary : "",
		 colon ? chosen : "");
	set_place(target, settings->binary && colon ? joined : NULL,
		  "--binary FILE and --symbol PROVIDER:NAME");
}

static void describe_tracepoint(const char *section, const char *chosen, struct target *target)
{
	const char *place = place_in_name(section);

	target->way = chosen || !strchr(place, '/') ? TARGET_TRACEPOINT : TARGET_BY_NAME;
	snprintf(target->kind, sizeof(target->kind), "tracepoint");
	set_place(target,
		  chosen	       ? chosen
		  : strchr(place, '/') ? place
				       : NULL,
		  "--attach PROGRAM=CATEGORY/NAME");
}

void target_describe(const struct bpf_program *program, const struct settings *settings,
		     struct target *ret_target)
{
	const char *section = bpf_program__section_name(program);
	const char *chosen = settings_find(&settings->attach, bpf_program__name(program));
	struct target target = {.way = TARGET_BY_NAME};
	char frequency[32];

	if (*section == '?')
		section++;
	set_kind(&target, section);
	switch (bpf_program__type(program)) {
	case BPF_PROG_TYPE_KPROBE:
		if (starts_with(section, "usdt"))
			describe_usdt(section, chosen, settings, &target);
		else
			describe_probe(section, chosen, settings, &target);
		break;
	case BPF_PROG_TYPE_TRACEPOINT:
		describe_tracepoint(section, chosen, &target);
		break;
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		target.way = chosen ? TARGET_RAW_TRACEPOINT : TARGET_BY_NAME;
		set_place(&target, chosen ? chosen : place_in_name(section),
			  "--attach PROGRAM=NAME");
		break;
	case BPF_PROG_TYPE_PERF_EVENT:
		target.way = TARGET_PERF_EVENT;
		snprintf(frequency, sizeof(frequency), "%d Hz on each processor",
			 settings->frequency);
		set_place(&target, frequency, "");
		break;
	case BPF_PROG_TYPE_XDP:
		target.way = TARGET_XDP;
		set_place(&target, chosen ? chosen : settings->interface, "--interface NAME");
		break;
	case BPF_PROG_TYPE_SCHED_CLS:
	case BPF_PROG_TYPE_SCHED_ACT:
		target.way = TARGET_TC;
		target.is_egress = strstr(section, "egress") != NULL;
		set_place(&target, chosen ? chosen : settings->interface, "--interface NAME");
		break;
	case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_CGROUP_SOCK:
	case BPF_PROG_TYPE_CGROUP_DEVICE:
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case BPF_PROG_TYPE_CGROUP_SYSCTL:
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
	case BPF_PROG_TYPE_SOCK_OPS:
		target.way = TARGET_CGROUP;
		set_place(&target, chosen ? chosen : settings->cgroup, "--cgroup FOLDER");
		break;
	default:
		set_place(&target, chosen ? chosen : place_in_name(section), "a name");
		target.missing[0] = '\0'; /* LSM, iterators ...: libbpf knows */
	}
	*ret_target = target;
}

const char *target_problem(const struct bpf_program *program, const struct target *target,
			   char *text, size_t size)
{
	char event[360];

	if (target->missing[0])
		return target->missing;
	if (bpf_program__type(program) != BPF_PROG_TYPE_TRACEPOINT)
		return "";
	if (!tracefs_folder())
		return "tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing";
	snprintf(event, sizeof(event), "%s/events/%s/id", tracefs_folder(), target->place);
	if (access(event, F_OK) == 0)
		return "";
	snprintf(text, size, "the kernel has no such tracepoint");
	return text;
}
