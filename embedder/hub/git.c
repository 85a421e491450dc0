/* SPDX-License-Identifier: MIT */
/* In: arguments and bytes for git. Out: the bytes it printed, or its error message. */
#include "embedder/hub/git.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"

/* The list of a repository's files is the longest that git prints for us. */
#define OUTPUT_MAX ((size_t)256 << 20)

/* A longer line of its standard error is shown in pieces. */
#define LINE_MAX_BYTES 1024

#define ARGUMENTS_MAX 64

/* Settings that override the user's: those could change the files' bytes, start programs, or do
 * unwanted work. ext:: runs any command, so it is not allowed. */
static const char *const settings[] = {
	"core.hooksPath=/dev/null",	 "core.attributesFile=/dev/null", "core.autocrlf=false",
	"core.fsmonitor=false",		 "core.sparseCheckout=false",	  "core.splitIndex=false",
	"fetch.recurseSubmodules=false", "fetch.writeCommitGraph=false",  "gc.auto=0",
	"maintenance.auto=false",	 "protocol.ext.allow=never",
};

/* Variables that name a repository, or parts of one. */
static const char *const dropped_variables[] = {
	"GIT_ALTERNATE_OBJECT_DIRECTORIES",
	"GIT_CEILING_DIRECTORIES",
	"GIT_COMMON_DIR",
	"GIT_DIR",
	"GIT_GRAFT_FILE",
	"GIT_IMPLICIT_WORK_TREE",
	"GIT_INDEX_FILE",
	"GIT_NAMESPACE",
	"GIT_OBJECT_DIRECTORY",
	"GIT_PREFIX",
	"GIT_QUARANTINE_PATH",
	"GIT_REPLACE_REF_BASE",
	"GIT_SHALLOW_FILE",
	"GIT_WORK_TREE",
};

/* LC_ALL: what git says is part of our messages, and those are in English. */
static const char *const set_variables[] = {
	"GIT_ATTR_NOSYSTEM=1",
	/* All objects are fetched by name. With a damaged cache, git 2.47 would fetch one again and
	 * again. */
	"GIT_NO_LAZY_FETCH=1",
	"GIT_NO_REPLACE_OBJECTS=1",
	"GIT_TERMINAL_PROMPT=0",
	"LC_ALL=C",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

extern char **environ;

struct environment {
	char **variables;
	char *ceiling, *index; /* of variables, those that are ours to free */
};

static void cleanup_environment(struct environment *environment)
{
	free(environment->variables);
	free(environment->ceiling);
	free(environment->index);
}

static bool has_name(const char *variable, const char *name)
{
	size_t length = strcspn(variable, "=");

	return strncmp(variable, name, length) == 0 && (!name[length] || name[length] == '=');
}

static bool is_dropped(const char *variable)
{
	for (size_t i = 0; i < COUNT(dropped_variables); i++) {
		if (has_name(variable, dropped_variables[i]))
			return true;
	}
	for (size_t i = 0; i < COUNT(set_variables); i++) {
		if (has_name(variable, set_variables[i]))
			return true;
	}
	return false;
}

/* GIT_CEILING_DIRECTORIES: if the repository in @folder is damaged, git must not use one above it,
 * for instance one in the user's home. */
static int make_environment(const struct git_run *run, struct environment *environment)
{
	const char *slash = strrchr(run->folder, '/');
	size_t count = 0, kept = 0;

	while (environ[count])
		count++;
	environment->variables = calloc(count + COUNT(set_variables) + 3, sizeof(char *));
	if (!environment->variables ||
	    asprintf(&environment->ceiling, "GIT_CEILING_DIRECTORIES=%.*s",
		     slash ? (int)(slash - run->folder) : 0, run->folder) < 0) {
		environment->ceiling = NULL;
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_dropped(environ[i]))
			environment->variables[kept++] = environ[i];
	}
	for (size_t i = 0; i < COUNT(set_variables); i++)
		environment->variables[kept++] = (char *)set_variables[i];
	environment->variables[kept++] = environment->ceiling;
	if (!run->index)
		return 0;
	if (asprintf(&environment->index, "GIT_INDEX_FILE=%s/%s", run->folder, run->index) < 0) {
		environment->index = NULL;
		return -ENOMEM;
	}
	environment->variables[kept] = environment->index;
	return 0;
}

/* git's standard error, line by line. Two lines are kept: the first fatal one, which is nearest to
 * the cause, and the last. */
struct listener {
	git_show_fn show;
	void *context;
	char line[LINE_MAX_BYTES];
	size_t length;
	char last[LINE_MAX_BYTES], fatal[LINE_MAX_BYTES];
};

static void end_line(struct listener *listener, bool passing)
{
	static const char mark[] = "fatal: ";

	listener->line[listener->length] = '\0';
	if (listener->length && listener->show)
		listener->show(listener->context, listener->line, passing);
	if (listener->length && !passing) {
		memcpy(listener->last, listener->line, listener->length + 1);
		if (!*listener->fatal && strncmp(listener->line, mark, strlen(mark)) == 0)
			strcpy(listener->fatal, listener->line + strlen(mark));
	}
	listener->length = 0;
}

static void listen_to(struct listener *listener, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		bool ends = bytes[i] == '\n' || bytes[i] == '\r';

		if (ends || listener->length == sizeof(listener->line) - 1)
			end_line(listener, bytes[i] == '\r');
		if (!ends && bytes[i])
			listener->line[listener->length++] = bytes[i];
	}
}

struct child {
	pid_t pid;
	int input, output, complaints; /* our ends; -1: closed */
	int signals;		       /* a signalfd */
	int status;		       /* once @pid is 0: what waitpid() gave */
	int caught;		       /* a signal that is to end us */
	int error;		       /* why its output is of no use */
	size_t sent;
	struct listener listener;
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* MSG_NOSIGNAL: if git ends early, SIGPIPE must not end us. */
static void send_input(const struct git_run *run, struct child *child)
{
	ssize_t sent = send(child->input, run->input + child->sent, run->input_size - child->sent,
			    MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (sent > 0)
		child->sent += (size_t)sent;
	if (sent < 0 || child->sent == run->input_size)
		close_end(&child->input);
}

/* Returns false when there is nothing to be read now. */
static bool receive(const struct git_run *run, struct child *child, int *fd)
{
	char bytes[16384];
	ssize_t size = *fd < 0 ? -1 : read(*fd, bytes, sizeof(bytes));

	if (size < 0)
		return false;
	if (!size) {
		close_end(fd);
		return false;
	}
	if (fd == &child->complaints) {
		listen_to(&child->listener, bytes, (size_t)size);
	} else if (run->output && !child->error) {
		if (run->output->size > OUTPUT_MAX - (size_t)size)
			child->error = -EFBIG;
		else
			byte_buffer_append(run->output, bytes, (size_t)size);
		if (byte_buffer_failed(run->output))
			child->error = -ENOMEM;
	}
	return true;
}

static void reap(struct child *child, int flags)
{
	pid_t pid;

	do {
		pid = waitpid(child->pid, &child->status, flags);
	} while (pid < 0 && errno == EINTR);
	if (pid > 0)
		child->pid = 0;
}

static void take_signal(struct child *child)
{
	struct signalfd_siginfo info;

	if (read(child->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD) {
		reap(child, WNOHANG);
		return;
	}
	child->caught = (int)info.ssi_signo;
	kill(child->pid, child->caught);
}

/* Writes git's input and reads its output until it has ended. It does not wait until the pipes are
 * closed: an ssh that stays in the background for the next connection keeps them open. */
static void attend(const struct git_run *run, struct child *child)
{
	if (!run->input_size)
		close_end(&child->input);
	while (child->pid && !child->caught && !child->error) {
		struct pollfd ends[] = {
			{.fd = child->signals, .events = POLLIN},
			{.fd = child->output, .events = POLLIN},
			{.fd = child->complaints, .events = POLLIN},
			{.fd = child->input, .events = POLLOUT},
		};

		if (poll(ends, COUNT(ends), -1) < 0)
			continue; /* EINTR */
		if (ends[1].revents)
			receive(run, child, &child->output);
		if (ends[2].revents)
			receive(run, child, &child->complaints);
		if (ends[3].revents)
			send_input(run, child);
		if (ends[0].revents)
			take_signal(child);
	}
	close_end(&child->input);
	if (child->pid && child->error)
		kill(child->pid, SIGTERM);
	if (child->pid) { /* it ends at the next write */
		close_end(&child->output);
		close_end(&child->complaints);
		reap(child, 0);
	}
	while (receive(run, child, &child->output))
		;
	while (receive(run, child, &child->complaints))
		;
	end_line(&child->listener, false);
}

/* Our ends go to @child, git's to @fds: input, output, complaints. */
static int open_pipes(struct child *child, int fds[3])
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	child->input = pair[0];
	fds[0] = pair[1];
	if (pipe2(pair, O_CLOEXEC) < 0)
		return -errno;
	child->output = pair[0];
	fds[1] = pair[1];
	if (pipe2(pair, O_CLOEXEC) < 0)
		return -errno;
	child->complaints = pair[0];
	fds[2] = pair[1];
	if (fcntl(child->output, F_SETFL, O_NONBLOCK) < 0 ||
	    fcntl(child->complaints, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

/*
 * The child after vfork(). It shares our memory until its exec, so it only makes system calls.
 * Returns errno when git cannot be started. PR_SET_PDEATHSIG: git ends when we do, even by SIGKILL;
 * otherwise it would go on in a folder whose lock is free. If we ended before prctl(), the parent
 * is another one.
 */
static int exec_git(pid_t parent, const int fds[3], const sigset_t *mask,
		    const char *const *arguments, char **variables)
{
	for (int i = 0; i < 3; i++)
		if (fds[i] == i ? fcntl(i, F_SETFD, 0) < 0 : dup2(fds[i], i) < 0)
			return errno;
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
		return errno;
	if (getppid() != parent)
		return ECANCELED;
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvpe(arguments[0], (char **)arguments, variables);
	return errno;
}

static int spawn(const struct git_run *run, struct child *child, const int fds[3],
		 const char *const *arguments, const sigset_t *mask)
{
	_cleanup_(cleanup_environment) struct environment environment = {0};
	const char *all[3 + 2 * COUNT(settings) + ARGUMENTS_MAX + 1] = {"git", "-C", run->folder};
	volatile int failure = 0; /* the child writes it */
	pid_t parent = getpid(), pid;
	size_t count = 3;
	int err = make_environment(run, &environment);

	if (err)
		return err;
	for (size_t i = 0; i < COUNT(settings); i++) {
		all[count++] = "-c";
		all[count++] = settings[i];
	}
	while (*arguments && count < COUNT(all) - 1)
		all[count++] = *arguments++;
	if (*arguments)
		return -E2BIG;
	pid = vfork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		failure = exec_git(parent, fds, mask, all, environment.variables);
		_exit(127);
	}
	child->pid = pid;
	if (failure)
		reap(child, 0);
	return -failure;
}

static int judge(const struct child *child, struct reason *why)
{
	const struct listener *listener = &child->listener;

	if (child->caught)
		return reason_set(why, -EINTR, "interrupted");
	if (child->error == -EFBIG)
		return reason_set(why, -EFBIG, "git printed more than %zu MB", OUTPUT_MAX >> 20);
	if (child->error)
		return reason_errno(why, child->error, "cannot keep what git printed");
	if (WIFSIGNALED(child->status))
		return reason_set(why, -EIO, "git was ended by signal %d (%s)",
				  WTERMSIG(child->status), strsignal(WTERMSIG(child->status)));
	if (WEXITSTATUS(child->status) == 0)
		return 0;
	if (*listener->fatal || *listener->last)
		return reason_set(why, -EIO, "git says: %s",
				  *listener->fatal ? listener->fatal : listener->last);
	return reason_set(why, -EIO, "git ended with status %d", WEXITSTATUS(child->status));
}

int git_run(const struct git_run *run, const char *const *arguments, struct reason *why)
{
	static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct child child = {
		.input = -1,
		.output = -1,
		.complaints = -1,
		.signals = -1,
		.listener = {.show = run->show, .context = run->context},
	};
	/* While SIGCHLD is ignored, the kernel discards the exit status. */
	struct sigaction usual = {.sa_handler = SIG_DFL}, before_action;
	int fds[3] = {-1, -1, -1}, err;
	sigset_t caught, before;

	sigemptyset(&caught);
	sigaddset(&caught, SIGCHLD);
	for (size_t i = 0; i < COUNT(ending); i++)
		sigaddset(&caught, ending[i]);
	sigaction(SIGCHLD, &usual, &before_action);
	pthread_sigmask(SIG_BLOCK, &caught, &before);
	child.signals = signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK);
	err = child.signals < 0 ? -errno : open_pipes(&child, fds);
	if (!err)
		err = spawn(run, &child, fds, arguments, &before);
	for (size_t i = 0; i < COUNT(fds); i++)
		close_end(&fds[i]);
	if (!err) {
		attend(run, &child);
		err = judge(&child, why);
	} else if (err == -ENOENT) {
		reason_set(why, err, "there is no git on this machine (no 'git' in PATH)");
	} else {
		reason_errno(why, err, "cannot run git");
	}
	close_end(&child.input);
	close_end(&child.output);
	close_end(&child.complaints);
	close_end(&child.signals);
	/* Signals that were meant for us are delivered now, and end us unless they are handled. */
	if (child.caught)
		raise(child.caught);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	sigaction(SIGCHLD, &before_action, NULL);
	return err;
}
