/* SPDX-License-Identifier: MIT */
#include "embedder/cli/change_watch.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"

int change_watch_file(const char *path, struct change_watch *ret_watch, struct reason *why)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *folder =
		slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	/* The folder, since editors and compilers replace files. */
	if (fd < 0 || !folder || inotify_add_watch(fd, folder, IN_CLOSE_WRITE | IN_MOVED_TO) < 0) {
		int err = folder ? -errno : -ENOMEM;

		if (fd >= 0)
			close(fd);
		return reason_errno(why, err, "cannot be watched");
	}
	*ret_watch = (struct change_watch){.fd = fd, .name = slash ? slash + 1 : path};
	return 0;
}

int change_watch_time(unsigned int seconds, struct change_watch *ret_watch, struct reason *why)
{
	const struct itimerspec every = {.it_interval.tv_sec = seconds, .it_value.tv_sec = seconds};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0 || timerfd_settime(fd, 0, &every, NULL)) {
		int err = -errno;

		if (fd >= 0)
			close(fd);
		return reason_errno(why, err, "no timer");
	}
	*ret_watch = (struct change_watch){.fd = fd};
	return 0;
}

bool change_watch_read(const struct change_watch *watch)
{
	char bytes[4096] __attribute__((aligned(8)));
	bool is_it = false;
	ssize_t size;

	while ((size = read(watch->fd, bytes, sizeof(bytes))) > 0) {
		const char *at = bytes;

		if (!watch->name)
			return true;
		while (at < bytes + size) {
			const struct inotify_event *event = (const struct inotify_event *)at;

			is_it |= event->mask & IN_Q_OVERFLOW ||
				 (event->len && strcmp(event->name, watch->name) == 0);
			at += sizeof(*event) + event->len;
		}
	}
	return is_it;
}

void change_watch_close(struct change_watch *watch)
{
	if (watch->fd >= 0)
		close(watch->fd);
	watch->fd = -1;
}
