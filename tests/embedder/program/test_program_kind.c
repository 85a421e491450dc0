/* SPDX-License-Identifier: MIT */
/*
 * Section names as libbpf reads them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "embedder/program/program_kind.h"

static void check(const char *section, const char *type, const char *attach, const char *target)
{
	const struct program_kind *kind = program_kind_find(section);

	assert_string_equal(kind->type, type);
	assert_string_equal(kind->attach, attach);
	assert_string_equal(program_kind_target(kind, section), target);
}

static void kinds(void **state)
{
	(void)state;
	check("kprobe/do_exit", "KPROBE", "", "do_exit");
	check("?kprobe/do_exit", "KPROBE", "", "do_exit");
	check("kprobe", "KPROBE", "", "");
	check("kprobe.multi/tcp_*", "KPROBE", "TRACE_KPROBE_MULTI", "tcp_*");
	check("tracepoint/sched/sched_switch", "TRACEPOINT", "", "sched/sched_switch");
	check("tp_btf/sched_switch", "TRACING", "TRACE_RAW_TP", "sched_switch");
	check("fentry.s/do_unlinkat", "TRACING", "TRACE_FENTRY", "do_unlinkat");
	check("xdp.frags/devmap", "XDP", "XDP_DEVMAP", "");
	check("xdp/mine", "XDP", "", "mine");
	check("cgroup/sock_create", "CGROUP_SOCK", "CGROUP_INET_SOCK_CREATE", "");
}

static void unknown_sections(void **state)
{
	(void)state;
	check("kprobes/do_exit", "", "", "");
	check("", "", "", "");
	check("?", "", "", "");
	check("tp_btfx", "", "", "");
}

static void what_needs_the_own_btf(void **state)
{
	(void)state;
	assert_true(program_kind_find("fentry/f")->needs_own_btf);
	assert_true(program_kind_find("lsm/file_open")->needs_own_btf);
	assert_true(program_kind_find("struct_ops/init")->needs_own_btf);
	assert_false(program_kind_find("kprobe/f")->needs_own_btf);
	assert_false(program_kind_find("raw_tp/f")->needs_own_btf);
	assert_true(program_kind_find("raw_tp/f")->has_plain_context);
	assert_false(program_kind_find("tp_btf/f")->has_plain_context);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(unknown_sections),
		cmocka_unit_test(what_needs_the_own_btf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
