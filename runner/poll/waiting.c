/* SPDX-License-Identifier: MIT */
#include "runner/poll/waiting.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define NANOSECONDS 1000000000

static int watch(struct waiting *waiting, int fd, enum waiting_result result)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = result};

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
	time.it_value.tv_nsec = (long)((seconds - floor(seconds)) * NANOSECONDS);
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

int waiting_start(struct waiting *waiting, int buffers, double duration, double interval,
		  struct reason *why)
{
	int err;

	*waiting = (struct waiting){.signals = -1, .duration = -1, .interval = -1};
	waiting->epoll = epoll_create1(EPOLL_CLOEXEC);
	err = waiting->epoll < 0 ? -errno : start_signals(waiting);
	if (!err && buffers >= 0)
		err = watch(waiting, buffers, WAITING_EVENTS);
	if (!err && duration > 0) {
		err = start_timer(duration, 0, &waiting->duration);
		if (!err)
			err = watch(waiting, waiting->duration, WAITING_END);
	}
	if (!err && interval > 0) {
		err = start_timer(interval, 1, &waiting->interval);
		if (!err)
			err = watch(waiting, waiting->interval, WAITING_INTERVAL);
	}
	return err ? reason_errno(why, err, "cannot wait for events") : 0;
}

int waiting_next(struct waiting *waiting)
{
	struct epoll_event events[4];
	int count, result = WAITING_EVENTS;
	uint64_t expired;

	do
		count = epoll_wait(waiting->epoll, events, 4, -1);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		if ((int)events[i].data.u32 > result)
			result = (int)events[i].data.u32;
	}
	if (result == WAITING_INTERVAL &&
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
