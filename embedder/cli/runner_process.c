/* SPDX-License-Identifier: MIT */
#include "embedder/cli/runner_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runner/service/notify.h"

void runner_process_close(struct runner_process *process)
{
	if (process->ready >= 0)
		close(process->ready);
	process->ready = -1;
	runner_process_release(process);
}

void runner_process_release(struct runner_process *process)
{
	if (process->release >= 0)
		close(process->release);
	process->release = -1;
}

/* A socket with a name that the kernel chooses, for $NOTIFY_SOCKET. */
static int open_socket(int *ret_fd, char *name, size_t size)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t length = sizeof(address);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)) ||
	    getsockname(fd, (struct sockaddr *)&address, &length)) {
		int err = -errno;

		close(fd);
		return err;
	}
	length -= offsetof(struct sockaddr_un, sun_path);
	snprintf(name, size, "@%.*s", (int)length - 1, address.sun_path + 1);
	*ret_fd = fd;
	return 0;
}

/* In the new process. */
static void become(const struct runner_start *start, const char *socket, int wait)
{
	char number[16];

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (size_t i = 0; i < 2; i++) {
		if (start->inherited[i] >= 0)
			fcntl(start->inherited[i], F_SETFD, 0);
	}
	fcntl(wait, F_SETFD, 0);
	snprintf(number, sizeof(number), "%d", wait);
	if (!setenv("NOTIFY_SOCKET", socket, 1) && !setenv(NOTIFY_WAIT_VARIABLE, number, 1) &&
	    (!start->bundle || !setenv("COREBTF_BUNDLE", start->bundle, 1))) {
		sigprocmask(SIG_SETMASK, start->signals, NULL);
		execv(start->path, start->argv);
	}
	_exit(127);
}

int runner_process_start(const struct runner_start *start, struct runner_process *ret_process,
			 struct reason *why)
{
	struct runner_process process = RUNNER_PROCESS_NONE;
	int pipe_ends[2], err;
	char name[120];

	err = open_socket(&process.ready, name, sizeof(name));
	if (err)
		return reason_errno(why, err, "cannot make a socket");
	if (pipe2(pipe_ends, O_CLOEXEC)) {
		err = reason_errno(why, -errno, "cannot make a pipe");
		runner_process_close(&process);
		return err;
	}
	process.release = pipe_ends[1];
	fflush(NULL);
	process.pid = fork();
	if (process.pid == 0)
		become(start, name, pipe_ends[0]);
	err = process.pid < 0 ? reason_errno(why, -errno, "cannot make a process") : 0;
	close(pipe_ends[0]);
	if (err) {
		runner_process_close(&process);
		return err;
	}
	*ret_process = process;
	return 0;
}

bool runner_process_is_ready(const struct runner_process *process)
{
	char message[512];
	ssize_t size = recv(process->ready, message, sizeof(message) - 1, 0);

	if (size <= 0)
		return false;
	message[size] = '\0';
	return strncmp(message, "READY=1", 7) == 0;
}

void runner_process_end(struct runner_process *process, int seconds)
{
	const struct timespec pause = {.tv_nsec = 10000000};

	if (!process->pid)
		return;
	kill(process->pid, SIGTERM);
	for (int i = 0; i < seconds * 100; i++) {
		if (waitpid(process->pid, NULL, WNOHANG) != 0)
			break;
		nanosleep(&pause, NULL);
		if (i == seconds * 100 - 1) {
			kill(process->pid, SIGKILL);
			waitpid(process->pid, NULL, 0);
		}
	}
	process->pid = 0;
	runner_process_close(process);
}
