/* SPDX-License-Identifier: MIT */
#include "runner/poll/waiting.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define NANOSECONDS 1000000000

static int watch(struct waiting *waiting, int fd, int result)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)result};

	return epoll_ctl(waiting->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/* A timer that expires once, or again and again. */
static int start_timer(double seconds, int repeats, int *ret_fd)
{
	struct itimerspec time = {0};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	time.it_value.tv_sec = (time_t)seconds;
	time.it_value.tv_nsec = (long)((seconds - (double)time.it_value.tv_sec) * NANOSECONDS);
	if (repeats)
		time.it_interval = time.it_value;
	*ret_fd = fd;
	return timerfd_settime(fd, 0, &time, NULL) ? -errno : 0;
}

static int start_signals(struct waiting *waiting)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &signals, NULL))
		return -errno;
	waiting->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return waiting->signals < 0 ? -errno : watch(waiting, waiting->signals, WAITING_SIGNAL);
}

static int watch_timer(struct waiting *waiting, double seconds, int result, int *ret_fd)
{
	int err;

	if (seconds <= 0)
		return 0;
	err = start_timer(seconds, result == WAITING_INTERVAL, ret_fd);
	return err ? err : watch(waiting, *ret_fd, result);
}

int waiting_start(struct waiting *waiting, const struct waiting_options *options,
		  struct reason *why)
{
	int err;

	*waiting = (struct waiting){.signals = -1, .duration = -1, .interval = -1};
	waiting->epoll = epoll_create1(EPOLL_CLOEXEC);
	err = waiting->epoll < 0 ? -errno : start_signals(waiting);
	if (!err && options->events >= 0)
		err = watch(waiting, options->events, WAITING_EVENTS);
	if (!err && options->metrics >= 0)
		err = watch(waiting, options->metrics, WAITING_METRICS);
	if (!err)
		err = watch_timer(waiting, options->duration, WAITING_END, &waiting->duration);
	if (!err)
		err = watch_timer(waiting, options->interval, WAITING_INTERVAL, &waiting->interval);
	return err ? reason_errno(why, err, "cannot wait for events") : 0;
}

int waiting_next(struct waiting *waiting, int timeout)
{
	struct epoll_event events[8];
	uint64_t expired;
	int count, result = 0;

	do
		count = epoll_wait(waiting->epoll, events, 8, timeout);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++)
		result |= (int)events[i].data.u32;
	if (result & WAITING_INTERVAL &&
	    read(waiting->interval, &expired, sizeof(expired)) != sizeof(expired))
		return -EIO;
	return result;
}

void waiting_stop(struct waiting *waiting)
{
	const int fds[] = {waiting->epoll, waiting->signals, waiting->duration, waiting->interval};

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
}
