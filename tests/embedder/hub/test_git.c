/* SPDX-License-Identifier: MIT */
/*
 * git_run() with scripts in place of git: their output arrives, whatever they do with their pipes.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "embedder/hub/git.h"

static char folder[] = "/tmp/test-git-XXXXXX";

static const char *const no_arguments[] = {NULL};

/* A shell script of that name is first in PATH. */
static void make_git(const char *script)
{
	char path[sizeof(folder) + 10];
	FILE *file;

	snprintf(path, sizeof(path), "%s/git", folder);
	unlink(path);
	if (!script)
		return;
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\nPATH=/usr/bin:/bin\n%s\n", script);
	fclose(file);
	assert_int_equal(chmod(path, 0755), 0);
}

static int run(struct git_run *git, const char *script, struct reason *why)
{
	make_git(script);
	git->folder = folder;
	return git_run(git, no_arguments, why);
}

static void test_output(void **state)
{
	struct byte_buffer output = {0};
	struct git_run git = {.output = &output};
	struct reason why = {""};

	assert_int_equal(run(&git, "printf 'a\\0b'; echo note >&2", &why), 0);
	assert_int_equal(output.size, 3);
	assert_memory_equal(output.data, "a\0b", 3);
	/* The caller need not read its output. */
	git.output = NULL;
	assert_int_equal(run(&git, "yes | head -c 300000", &why), 0);
	byte_buffer_free(&output);
}

/* More than any pipe holds, in all three directions at once. */
static void test_no_deadlock(void **state)
{
	size_t size = 3000000;
	struct byte_buffer output = {0};
	char *input = malloc(size);
	struct git_run git = {.input = input, .input_size = size, .output = &output};

	for (size_t i = 0; i < size; i++)
		input[i] = (char)('a' + i % 23);
	assert_int_equal(run(&git,
			     "yes complaint | head -c 1000000 >&2; cat; "
			     "yes complaint | head -c 1000000 >&2",
			     NULL),
			 0);
	assert_int_equal(output.size, size);
	assert_memory_equal(output.data, input, size);
	/* A script that reads nothing, or ends early, does not end the caller. */
	byte_buffer_clear(&output);
	assert_int_equal(run(&git, "exec <&-; sleep 0.2; echo done", NULL), 0);
	assert_int_equal(run(&git, "exit 3", NULL), -EIO);
	byte_buffer_free(&output);
	free(input);
}

/* ssh keeps running with git's standard error open. */
static void test_child_stays_behind(void **state)
{
	struct byte_buffer output = {0};
	struct git_run git = {.output = &output};
	struct reason why = {""};

	assert_int_equal(run(&git, "sleep 300 & echo $!; echo 'fatal: over' >&2; exit 1", &why),
			 -EIO);
	assert_string_equal(why.text, "git says: over");
	assert_true(output.size > 1);
	assert_int_equal(kill((pid_t)strtol((char *)output.data, NULL, 10), SIGKILL), 0);
	byte_buffer_free(&output);
}

static void fails(const char *script, const char *text)
{
	struct git_run git = {0};
	struct reason why = {""};

	assert_int_equal(run(&git, script, &why), -EIO);
	assert_string_equal(why.text, text);
}

static void test_reasons(void **state)
{
	struct git_run git = {0};
	struct reason why = {""};

	fails("exit 7", "git ended with status 7");
	fails("echo one >&2; echo two >&2; exit 1", "git says: two");
	fails("printf 'no end' >&2; exit 1", "git says: no end");
	fails("echo 'fatal: cause' >&2; echo 'fatal: after' >&2; echo hint >&2; exit 128",
	      "git says: cause");
	fails("printf '10%%\\r20%%\\r' >&2; exit 1", "git ended with status 1");
	fails("kill -9 $$", "git was ended by signal 9 (Killed)");
	assert_int_equal(run(&git, NULL, &why), -ENOENT);
	assert_string_equal(why.text, "there is no git on this machine (no 'git' in PATH)");
	/* Longer than a line may be: cut into pieces, with no byte lost or past an end. */
	assert_int_equal(run(&git, "yes | tr -d '\\n' | head -c 5000 >&2; exit 1", &why), -EIO);
}

struct lines {
	unsigned int passing, others;
};

static void count_line(void *context, const char *line, bool passing)
{
	struct lines *lines = context;

	*(passing ? &lines->passing : &lines->others) += 1;
}

static void test_lines(void **state)
{
	struct lines lines = {0};
	struct git_run git = {.show = count_line, .context = &lines};

	assert_int_equal(run(&git, "printf 'a\\rb\\r\\rc\\n\\nd' >&2", NULL), 0);
	assert_int_equal(lines.passing, 2);
	assert_int_equal(lines.others, 2);
}

static void test_environment(void **state)
{
	struct byte_buffer output = {0};
	struct git_run git = {.output = &output, .index = "next"};

	setenv("GIT_DIR", "/elsewhere", 1);
	setenv("GIT_OBJECT_DIRECTORY", "/elsewhere", 1);
	setenv("GIT_INDEX_FILE", "/elsewhere", 1);
	setenv("GIT_SSH_COMMAND", "kept", 1);
	setenv("GIT_TERMINAL_PROMPT", "1", 1);
	setenv("GIT_DIRECTORY", "/kept", 1);
	setenv("LC_ALL", "de_DE.UTF-8", 1);
	assert_int_equal(
		run(&git,
		    "echo $GIT_DIR:$GIT_DIRECTORY:$GIT_OBJECT_DIRECTORY:$GIT_SSH_COMMAND:$LC_ALL:"
		    "$GIT_TERMINAL_PROMPT:$GIT_NO_LAZY_FETCH:${GIT_INDEX_FILE##*/}:"
		    "$GIT_CEILING_DIRECTORIES",
		    NULL),
		0);
	byte_buffer_append_u8(&output, 0);
	/* A shell takes the last of two variables of one name, git the first. */
	assert_string_equal((char *)output.data, ":/kept::kept:C:0:1:next:/tmp\n");
	byte_buffer_clear(&output);
	assert_int_equal(
		run(&git, "tr '\\0' '\\n' </proc/$$/environ | grep -c ^GIT_TERMINAL_PROMPT=", NULL),
		0);
	assert_memory_equal(output.data, "1\n", 2);
	unsetenv("GIT_DIR");
	unsetenv("GIT_OBJECT_DIRECTORY");
	unsetenv("GIT_INDEX_FILE");
	unsetenv("GIT_TERMINAL_PROMPT");
	unsetenv("GIT_DIRECTORY");
	unsetenv("LC_ALL");
	byte_buffer_free(&output);
}

/* An ignored SIGCHLD and blocked signals of the caller are restored; git starts with none blocked.
 */
static void test_signals(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before, after;
	struct git_run git = {0};
	struct reason why = {""};
	sigset_t set;

	sigaction(SIGCHLD, &ignore, &before);
	assert_int_equal(run(&git, "exit 5", &why), -EIO);
	assert_string_equal(why.text, "git ended with status 5");
	sigaction(SIGCHLD, &before, &after);
	assert_ptr_equal(after.sa_handler, SIG_IGN);
	fails("kill -TERM $$", "git was ended by signal 15 (Terminated)");
	sigprocmask(SIG_SETMASK, NULL, &set);
	assert_false(sigismember(&set, SIGTERM));
}

/* A signal for us reaches git first, and then us. */
static void test_interrupt(void **state)
{
	char ready[sizeof(folder) + 10], script[200];
	int status;
	pid_t child;

	snprintf(ready, sizeof(ready), "%s/ready", folder);
	snprintf(script, sizeof(script), "trap 'rm %s; exit 1' TERM; : >%s; sleep 300 & wait",
		 ready, ready);
	make_git(script);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		struct git_run git = {.folder = folder};

		git_run(&git, no_arguments, NULL);
		_exit(0);
	}
	while (access(ready, F_OK) < 0)
		usleep(1000);
	kill(child, SIGTERM);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	assert_int_equal(access(ready, F_OK), -1);
}

/* A caller that is killed cannot send a signal, and git ends all the same. */
static void test_killed(void **state)
{
	char ready[sizeof(folder) + 10], script[200];
	pid_t child;
	FILE *file;
	int git = 0;

	snprintf(ready, sizeof(ready), "%s/ready", folder);
	snprintf(script, sizeof(script), "echo $$ >%s.new; mv %s.new %s; exec sleep 300", ready,
		 ready, ready);
	make_git(script);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		struct git_run run = {.folder = folder};

		git_run(&run, no_arguments, NULL);
		_exit(0);
	}
	while (access(ready, F_OK) < 0)
		usleep(1000);
	file = fopen(ready, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%d", &git), 1);
	fclose(file);
	unlink(ready);
	/* We are to see git's end: orphans become our children. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	for (int i = 0; i < 5000 && waitpid(git, NULL, WNOHANG) == 0; i++)
		usleep(1000);
	if (kill(git, 0) == 0) {
		kill(git, SIGKILL);
		fail_msg("git goes on");
	}
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* Nothing else is in PATH: the machine's own git must not be found where a test has none. */
static int setup(void **state)
{
	return mkdtemp(folder) && setenv("PATH", folder, 1) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	make_git(NULL);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_no_deadlock),
		cmocka_unit_test(test_child_stays_behind),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_killed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
