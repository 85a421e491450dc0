/* SPDX-License-Identifier: MIT */
/*
 * Which entry a kernel gets, and which files of the host are read for it: the cases of
 * lookup.cases, on made-up hosts, a folder in place of /. Every blob is one letter.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/open/handle.h"
#include "runtime/kernel/machine.h"
#include "tests/support/lookup_cases.h"
#include "tests/support/runtime_support.h"

static struct logged logged;

static char *make_root(const struct lookup_case *kase)
{
	const struct {
		uint32_t sizes[3];
		char name[4];
		char build_id[LOOKUP_MAX_BYTES];
	} notes = {.sizes = {4, (uint32_t)kase->notes.size, 3}, .name = "GNU"};
	char *root = folder_make();

	if (kase->notes.size) {
		uint8_t bytes[sizeof(notes)];

		memcpy(bytes, &notes, sizeof(notes));
		memcpy(bytes + offsetof(__typeof__(notes), build_id), kase->notes.bytes,
		       kase->notes.size);
		folder_write(root, "/sys/kernel/notes", bytes, sizeof(bytes));
	}
	for (size_t i = 0; i < kase->file_count; i++)
		if (kase->files[i].is_link)
			folder_link(root, kase->files[i].path, kase->files[i].text);
		else
			folder_write(root, kase->files[i].path, kase->files[i].text,
				     strlen(kase->files[i].text));
	return root;
}

/* What is out is logged once, however many rounds there are, and with its build-id. */
static void check_what_is_out(const char *text)
{
	const char *out = text;

	while ((out = strstr(out, ": out: "))) {
		const char *start = out, *end = strchrnul(out, '\n');

		while (start > text && start[-1] != '\n')
			start--;
		assert_null(memmem(end, strlen(end), start, (size_t)(end - start)));
		if (memmem(start, (size_t)(end - start), "its build-id", strlen("its build-id")))
			assert_null(memmem(start, (size_t)(end - start), "build-id -)",
					   strlen("build-id -)")));
		out = end;
	}
}

/* What one lookup gives: 0 or -errno, and the entry's BTF. */
struct outcome {
	int err;
	char btf;
	struct corebtf_entry entry;
};

static struct outcome look_up(struct corebtf *handle, const struct lookup_case *kase,
			      enum corebtf_ambiguous ambiguous, enum corebtf_nearest nearest)
{
	struct outcome outcome = {.entry.sz = sizeof(outcome.entry)};
	struct corebtf_kernel_opts opts = kase->opts;
	const void *btf;
	size_t size;

	opts.sz = sizeof(opts);
	opts.build_id = kase->build_id.bytes;
	opts.ambiguous = ambiguous;
	opts.nearest = nearest;
	logged.length = 0;
	outcome.err = corebtf_find_entry(handle, &opts, &outcome.entry);
	logged.text[logged.length] = '\0';
	if (!outcome.err) {
		assert_int_equal(corebtf_entry_btf(handle, &outcome.entry, &btf, &size), 0);
		assert_int_equal(size, 1);
		outcome.btf = *(const char *)btf;
	}
	return outcome;
}

/* Looks the kernel up as the case says, the last time with the options that it needs. Returns
 * whether it is as expected. */
static bool is_expected(struct corebtf *handle, const struct lookup_case *kase,
			struct outcome *outcome)
{
	*outcome = look_up(handle, kase, COREBTF_AMBIGUOUS_REFUSE, COREBTF_NEAREST_NEVER);
	check_what_is_out(logged.text);
	if (strstr(logged.text, "/sys/kernel/notes") ? !kase->reads_notes : kase->reads_notes)
		return false;
	if (strstr(logged.text, "host: os id") ? !kase->reads_os_release : kase->reads_os_release)
		return false;
	if (kase->says && kase->result != LOOKUP_NEAREST && !strstr(logged.text, kase->says))
		return false;
	switch (kase->result) {
	case LOOKUP_FINDS:
		break;
	case LOOKUP_AMBIGUOUS:
		if (outcome->err != -ENOTUNIQ ||
		    !strstr(logged.text, "fits as well, with another BTF: bundle ") ||
		    !strstr(logged.text, "; a build-id in them would"))
			return false;
		*outcome = look_up(handle, kase, COREBTF_AMBIGUOUS_FIRST, COREBTF_NEAREST_NEVER);
		break;
	case LOOKUP_NONE:
	case LOOKUP_NEAREST:
		if (outcome->err != -ENOENT)
			return false;
		*outcome =
			look_up(handle, kase, COREBTF_AMBIGUOUS_REFUSE, COREBTF_NEAREST_SURROUNDED);
		if (kase->says && !strstr(logged.text, kase->says))
			return false;
		if (kase->result == LOOKUP_NONE)
			return outcome->err == -ENOENT;
		return !outcome->err && outcome->entry.match == kase->match &&
		       !strcmp(outcome->entry.release, kase->found);
	}
	return !outcome->err && outcome->btf == kase->found[0] &&
	       outcome->entry.match == kase->match &&
	       outcome->entry.ambiguous == (kase->result == LOOKUP_AMBIGUOUS) &&
	       !strstr(logged.text, "ambiguous") == !outcome->entry.ambiguous;
}

static void check_form(const struct lookup_case *kase, enum lookup_form form, const char *root)
{
	struct corebtf_open_opts opts = logged_opts(&logged);
	struct outcome outcome = {.err = 0};
	struct corebtf *handle;
	size_t size;
	uint8_t *bytes = lookup_section_bytes(kase->section, form, &size);

	assert_int_equal(corebtf_open_memory(bytes, size, &handle, &opts), 0);
	handle->host = (struct host){.root = root, .uname = &kase->running};
	if (!is_expected(handle, kase, &outcome))
		fail_msg("line %u, %s: error %d, %c, match %d, ambiguous %d\n%s", kase->line,
			 kase->title, outcome.err, outcome.btf ?: '-', outcome.entry.match,
			 outcome.entry.ambiguous, logged.text);
	corebtf_close(handle);
	free(bytes);
}

static void check_case(const struct lookup_case *kase, void *count)
{
	char *root;

	if (kase->process_bits && kase->process_bits != 8 * sizeof(void *))
		return;
	root = make_root(kase);
	for (size_t i = 0; i < kase->variable_count; i++)
		setenv(kase->variables[i].name, kase->variables[i].value, 1);
	for (int form = 0; form < LOOKUP_FORMS; form++)
		check_form(kase, (enum lookup_form)form, root);
	for (size_t i = 0; i < kase->variable_count; i++)
		unsetenv(kase->variables[i].name);
	folder_remove(root);
	free(root);
	++*(unsigned int *)count;
}

static void each_case(void **state)
{
	unsigned int count = 0;

	lookup_cases_each(check_case, &count);
	assert_true(count > 100);
}

/* A real one: what uname says under setarch leads to the entry of the 64-bit kernel. */
static void process_that_is_told_of_32_bits(void **state)
{
	static const struct made_blob blob = {"B", 1, 0};
	struct made_entry own = {.blob = 0};
	const struct made_bundle what = {.entries = &own,
					 .entry_count = 1,
					 .blobs = &blob,
					 .blob_count = 1,
					 .block_count = 1};
	struct utsname name, linux32;
	struct corebtf *handle;
	uint8_t *bundle;
	size_t size;
	int status;
	pid_t child;

	assert_int_equal(uname(&name), 0);
	own.release = name.release;
	own.machine = machine_canonical(name.machine);
	bundle = make_bundle(&what, &size);
	assert_int_equal(corebtf_open_memory(bundle, size, &handle, NULL), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct corebtf_entry entry = {.sz = sizeof(entry)};

		if (personality(PER_LINUX32) < 0 || uname(&linux32) ||
		    !strcmp(linux32.machine, name.machine))
			_exit(77);
		_exit(corebtf_find_entry(handle, NULL, &entry) ||
		      strcmp(entry.machine, own.machine));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	corebtf_close(handle);
	free(bundle);
	if (WEXITSTATUS(status) == 77) {
		print_message("no 32-bit personality here\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case),
		cmocka_unit_test(process_that_is_told_of_32_bits),
	};

	unsetenv("HOST_ROOT");
	unsetenv("HOST_ETC");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
