/* SPDX-License-Identifier: MIT */
#include "runner/object/libbpf_log.h"

#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

static bool is_verbose;
static char first[400];
static char all[LIBBPF_LOG_SIZE];
static size_t all_size;
static struct libbpf_fault fault;

/* "prog 'NAME': failed to ..." */
static void note_fault(const char *line)
{
	static const char start[] = "libbpf: prog '";
	const char *name = strstr(line, start), *end;

	if (!name || fault.program[0])
		return;
	name += strlen(start);
	end = strchr(name, '\'');
	if (!end || !strstr(end, "failed") || (size_t)(end - name) >= sizeof(fault.program))
		return;
	memcpy(fault.program, name, (size_t)(end - name));
	snprintf(fault.line, sizeof(fault.line), "%.*s", (int)strcspn(line, "\n"), line);
	fault.target_missing = strstr(end, "failed to find kernel BTF type") != NULL;
}

/* Keeps the end: the verifier says last what it refuses. */
static void keep(const char *line)
{
	size_t size = strlen(line);

	if (size >= sizeof(all)) {
		line += size - sizeof(all) + 1;
		size = sizeof(all) - 1;
	}
	if (all_size + size >= sizeof(all)) {
		size_t drop = all_size + size - sizeof(all) + 1;

		memmove(all, all + drop, all_size - drop);
		all_size -= drop;
	}
	memcpy(all + all_size, line, size + 1);
	all_size += size;
}

static int take(enum libbpf_print_level level, const char *format, va_list arguments)
{
	static char line[65536];

	if (level != LIBBPF_WARN && !is_verbose)
		return 0;
	vsnprintf(line, sizeof(line), format, arguments);
	if (is_verbose)
		fputs(line, stderr);
	if (level != LIBBPF_WARN)
		return 0;
	if (!first[0]) {
		size_t size = strcspn(line, "\n");

		if (size >= sizeof(first))
			size = sizeof(first) - 1;
		memcpy(first, line, size);
		first[size] = '\0';
	}
	note_fault(line);
	keep(line);
	return 0;
}

void libbpf_log_start(bool verbose)
{
	is_verbose = verbose;
	libbpf_set_print(take);
}

void libbpf_log_clear(void)
{
	first[0] = '\0';
	all[0] = '\0';
	all_size = 0;
	memset(&fault, 0, sizeof(fault));
}

const char *libbpf_log_first(void)
{
	return first;
}

const char *libbpf_log_all(void)
{
	return all;
}

void libbpf_log_fault(struct libbpf_fault *ret_fault)
{
	*ret_fault = fault;
}
