/* SPDX-License-Identifier: MIT */
#include "embedder/cli/run_watch.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "embedder/cli/command.h"
#include "embedder/cli/report.h"
#include "embedder/util/cleanup.h"
#include "runner/service/notify.h"

#define READY_SECONDS 60 /* until programs are loaded and attached */
#define END_SECONDS   10

struct watching {
	const struct run_watch_version *version;
	struct runner_process current;
	sigset_t signals, before;
	int signal_fd;
	int end_signal; /* that came; 0: none */
	bool is_asked;	/* SIGHUP came */
};

/* Takes the signals that came. */
static void read_signals(struct watching *watching)
{
	struct signalfd_siginfo info;

	while (read(watching->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			watching->is_asked = true;
		else if (info.ssi_signo != SIGCHLD)
			watching->end_signal = (int)info.ssi_signo;
	}
}

/* Whether it ended; *@ret_status is its exit status. */
static bool has_ended(struct runner_process *process, int *ret_status)
{
	int status;

	if (!process->pid || waitpid(process->pid, &status, WNOHANG) != process->pid)
		return false;
	process->pid = 0;
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return true;
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000) + time.tv_nsec / 1000000;
}

/* Until it has attached its programs. STATUS_DONE, the status with which it ended, or another that
 * is no success. */
static int wait_until_ready(struct watching *watching, struct runner_process *process)
{
	int64_t end = now() + READY_SECONDS * 1000;
	int status;

	for (;;) {
		struct pollfd polled[] = {{process->ready, POLLIN, 0},
					  {watching->signal_fd, POLLIN, 0}};
		int64_t left = end - now();

		if (left <= 0 || watching->end_signal)
			return STATUS_FAILED;
		if (poll(polled, 2, (int)left) < 0 && errno != EINTR)
			return STATUS_FAILED;
		if (polled[0].revents && runner_process_is_ready(process))
			return STATUS_DONE;
		read_signals(watching);
		if (has_ended(process, &status))
			return status ? status : STATUS_FAILED;
	}
}

/* Starts a version. STATUS_DONE: its programs are attached, and it waits. */
static int start(struct watching *watching, struct runner_start *how, struct runner_process *ret)
{
	struct runner_process process = RUNNER_PROCESS_NONE;
	struct reason why = {""};
	int status;

	how->signals = &watching->before;
	if (runner_process_start(how, &process, &why)) {
		report_failure(how->path, "%s", why.text);
		return STATUS_FAILED;
	}
	status = wait_until_ready(watching, &process);
	if (status == STATUS_DONE) {
		*ret = process;
		return STATUS_DONE;
	}
	runner_process_end(&process, END_SECONDS);
	runner_process_close(&process);
	return status;
}

/* New before old. */
static void replace(struct watching *watching, bool again)
{
	const struct run_watch_version *version = watching->version;
	struct runner_process next = RUNNER_PROCESS_NONE;
	struct runner_start how = {.inherited = {-1, -1}};
	int result = version->prepare(version->context, again, &how);

	if (result == RUN_WATCH_SAME)
		return;
	if (result < 0 || start(watching, &how, &next) != STATUS_DONE) {
		if (!watching->end_signal)
			report_note("%s: the new version is not used, the old one goes on",
				    version->what);
		return;
	}
	runner_process_end(&watching->current, END_SECONDS);
	watching->current = next;
	runner_process_release(&watching->current);
	report_note("%s: replaced by the new version", version->what);
}

static int watch(struct watching *watching)
{
	struct change_watch *change = watching->version->change;
	int status;

	for (;;) {
		struct pollfd polled[] = {{watching->signal_fd, POLLIN, 0},
					  {change->fd, POLLIN, 0}};
		bool has_changed;

		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			return STATUS_FAILED;
		read_signals(watching);
		if (watching->end_signal)
			return STATUS_DONE;
		if (has_ended(&watching->current, &status))
			return status;
		has_changed = polled[1].revents && change_watch_read(change);
		if (has_changed || watching->is_asked) {
			bool is_asked = watching->is_asked;

			watching->is_asked = false;
			replace(watching, is_asked);
		}
	}
}

/* A signal ends the runner as well, and the status is the runner's. */
static int end(struct watching *watching)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	int status = STATUS_FAILED;

	kill(watching->current.pid, watching->end_signal == SIGINT ? SIGINT : SIGTERM);
	for (int i = 0; i < END_SECONDS * 100; i++) {
		if (has_ended(&watching->current, &status))
			return status;
		nanosleep(&pause, NULL);
	}
	runner_process_end(&watching->current, 1);
	return status;
}

static int run(struct watching *watching)
{
	const struct run_watch_version *version = watching->version;
	struct runner_start how = {.inherited = {-1, -1}};
	int status;

	if (version->prepare(version->context, true, &how) < 0)
		return STATUS_FAILED;
	status = start(watching, &how, &watching->current);
	if (status != STATUS_DONE)
		return status;
	runner_process_release(&watching->current);
	notify_send("READY=1\nSTATUS=tracing"); /* as the runner would */
	status = watch(watching);
	return watching->current.pid ? end(watching) : status;
}

int run_watch(const struct run_watch_version *version)
{
	struct watching watching = {.version = version, .current = RUNNER_PROCESS_NONE};
	int status = STATUS_FAILED;

	sigemptyset(&watching.signals);
	sigaddset(&watching.signals, SIGHUP);
	sigaddset(&watching.signals, SIGINT);
	sigaddset(&watching.signals, SIGTERM);
	sigaddset(&watching.signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &watching.signals, &watching.before);
	watching.signal_fd = signalfd(-1, &watching.signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (watching.signal_fd < 0) {
		report_failure(version->what, "cannot wait for signals: %s", strerror(errno));
	} else {
		status = run(&watching);
		close(watching.signal_fd);
	}
	runner_process_close(&watching.current);
	sigprocmask(SIG_SETMASK, &watching.before, NULL);
	return status;
}
