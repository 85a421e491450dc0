/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "daemon.h"
#include "event_stream.h"
#include "kernel_btf.h"
#include "notify.h"
#include "object_list.h"
#include "program_set.h"

#define STATUS_SIZE 640 /* a reason and a few words around it */

struct daemon {
	const struct settings *settings;
	struct notify notify;
	struct event_stream *stream;
	struct program_set programs;
	int signal_fd;
	int epoll_fd;
	bool stopping;
};

/* Report to the service manager; if it is gone, the daemon continues. */
static void tell_if_failed(int err)
{
	if (err)
		fprintf(stderr, "btfd: NOTIFY_SOCKET: %s\n", strerror(-err));
}

/* Reads objects and BTF and attaches the programs beside those that are attached already. */
static int load(struct daemon *daemon, struct program_set *ret_set, char status[STATUS_SIZE],
		struct reason *reason)
{
	struct object_list objects = {0};
	struct kernel_btf btf = {0};
	int err;

	err = object_list_read(daemon->settings->paths, &objects, reason);
	if (err)
		return err;
	err = kernel_btf_open(daemon->settings, &objects, &btf, reason);
	if (!err)
		err = program_set_load(&objects, btf.path, daemon->stream, ret_set, reason);
	if (!err)
		snprintf(status, STATUS_SIZE, "%zu objects, %zu programs, %s", ret_set->objects,
			 ret_set->count, btf.origin);
	kernel_btf_close(&btf);
	object_list_free(&objects);
#ifdef __GLIBC__
	/* libbpf needed some hundred kilobytes to relocate: return them to the system. */
	malloc_trim(0);
#endif
	return err;
}

/*
 * The new set is attached before the old one is detached, so no event is missed; for a moment both
 * are attached (recent_events.h). The old set is kept until the whole new one is attached.
 */
static void reload(struct daemon *daemon)
{
	struct program_set programs = {0};
	struct reason reason;
	char status[STATUS_SIZE];
	int err;

	tell_if_failed(notify_reloading(&daemon->notify));
	err = load(daemon, &programs, status, &reason);
	if (err) {
		fprintf(stderr, "btfd: reload failed, the programs loaded before go on: %s\n",
			reason.text);
		snprintf(status, sizeof(status), "reload failed: %s", reason.text);
	} else {
		program_set_unload(&daemon->programs);
		daemon->programs = programs;
		fprintf(stderr, "btfd: reloaded: %s\n", status);
	}
	/* READY=1 in both cases: the reload is over and the service runs. */
	tell_if_failed(notify_ready(&daemon->notify, status));
}

static int take_signals(struct daemon *daemon)
{
	struct signalfd_siginfo info;
	ssize_t got;

	got = read(daemon->signal_fd, &info, sizeof(info));
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (got != (ssize_t)sizeof(info))
		return -EIO;
	if (info.ssi_signo == SIGHUP)
		reload(daemon);
	else
		daemon->stopping = true;
	return 0;
}

static int add_fd(struct daemon *daemon, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(daemon->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int loop(struct daemon *daemon)
{
	struct epoll_event events[2];
	int count;
	int err = 0;

	while (!daemon->stopping && !err) {
		count = epoll_wait(daemon->epoll_fd, events, 2, -1);
		if (count < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < count && !err; i++) {
			if (events[i].data.fd == daemon->signal_fd)
				err = take_signals(daemon);
			else
				err = event_stream_drain(daemon->stream);
		}
	}
	return err;
}

static int start(struct daemon *daemon, struct reason *reason)
{
	char status[STATUS_SIZE];
	sigset_t signals;
	int err;

	/* Block signals first: one that comes early waits for the loop. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN); /* a reader that goes away makes write(2) fail */

	daemon->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	daemon->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (daemon->signal_fd < 0 || daemon->epoll_fd < 0)
		return reason_errno(reason, -errno, "starting");
	err = event_stream_open(&daemon->stream, reason);
	if (err)
		return err;
	err = add_fd(daemon, daemon->signal_fd);
	if (!err)
		err = add_fd(daemon, event_stream_poll_fd(daemon->stream));
	if (err)
		return reason_errno(reason, err, "starting");

	err = load(daemon, &daemon->programs, status, reason);
	if (err)
		return err;
	fprintf(stderr, "btfd: ready: %s\n", status);
	tell_if_failed(notify_ready(&daemon->notify, status));
	return 0;
}

/* Detaches first, then prints what was reported until then. */
static int stop(struct daemon *daemon)
{
	struct event_counts counts;
	int err;

	tell_if_failed(notify_stopping(&daemon->notify));
	program_set_unload(&daemon->programs);
	err = event_stream_drain(daemon->stream);
	counts = event_stream_counts(daemon->stream);
	fprintf(stderr,
		"btfd: stopped: %" PRIu64 " events, %" PRIu64 " second reports left out, %" PRIu64
		" lost, %" PRIu64 " of another form\n",
		counts.printed, counts.doubled, counts.lost, counts.foreign);
	return err;
}

int daemon_run(const struct settings *settings)
{
	struct daemon daemon = {.settings = settings, .signal_fd = -1, .epoll_fd = -1};
	struct reason reason;
	int stop_err;
	int err;

	tell_if_failed(notify_open(&daemon.notify));
	program_set_verbose(settings->verbose);

	err = start(&daemon, &reason);
	if (err) {
		fprintf(stderr, "btfd: cannot start: %s\n", reason.text);
	} else {
		err = loop(&daemon);
		stop_err = stop(&daemon);
		err = err ? err : stop_err;
		if (err)
			fprintf(stderr, "btfd: stopped by an error: %s\n", strerror(-err));
	}

	program_set_unload(&daemon.programs);
	event_stream_close(daemon.stream);
	if (daemon.epoll_fd >= 0)
		close(daemon.epoll_fd);
	if (daemon.signal_fd >= 0)
		close(daemon.signal_fd);
	notify_close(&daemon.notify);
	return err;
}
