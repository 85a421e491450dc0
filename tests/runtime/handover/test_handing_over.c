/* SPDX-License-Identifier: MIT */
/*
 * Every way to make a path of bytes, each with the ways before it refused: by seccomp, in mount
 * namespaces, for another user. Each scenario runs in a child of its own, with an empty folder as
 * TMPDIR; libbpf checks the path.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/handover/btf_path.h"
#include "tests/support/restrict.h"
#include "tests/support/runtime_support.h"

#define NAMED "/.corebtf-temporary-"
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define SIZE  20000

/* From linux/memfd.h and linux/fcntl.h; some libc headers are older. */
#define MFD_NOEXEC_SEAL_BIT 8U
#define F_SEAL_EXEC_BIT	    0x20

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "line %d: %s does not hold; the log:\n%s", __LINE__,       \
				#condition, logged.text);                                          \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

/* The leak checker reads /proc at exit, which some scenarios hide. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static struct logged logged;
static const struct log listening = {.write = logged_line, .context = &logged, .subject = "test"};
static uint8_t btf[SIZE];

/* A BTF of one type (int) and strings that fill it up to SIZE. */
static void make_btf(void)
{
	const uint32_t strings = SIZE - 24 - 16;
	const struct {
		uint16_t magic;
		uint8_t version, flags;
		uint32_t header, types_at, types, strings_at, strings;
		uint32_t name, info, size, integer;
	} head = {0xeb9f, 1, 0, 24, 0, 16, 16, strings, 1, 1U << 24, 4, 1U << 24 | 32};

	memset(btf, 'x', sizeof(btf));
	memcpy(btf, &head, sizeof(head));
	memcpy(btf + sizeof(head), "\0int", 5);
	btf[SIZE - 1] = '\0';
}

static bool tells(const char *text)
{
	return strstr(logged.text, text);
}

/* Every scenario runs three times: as the first of its process, after a path of that process was
 * used and freed, and with the bytes written piece by piece, after more and different ones. */
enum way { FIRST, LATER, PIECE_BY_PIECE };
static const char *const ways[] = {"first", "later", "piece by piece"};
static enum way way;
static bool piece_by_piece;

static int fill(struct draft *draft)
{
	int err = draft_open(draft, true, &listening);

	for (size_t i = 0; !err && i < 2; i++)
		err = draft_write(draft, btf + 1, sizeof(btf) - 1);
	if (!err)
		err = draft_empty(draft);
	for (size_t done = 0; !err && done < sizeof(btf); done += sizeof(btf) / 4)
		err = draft_write(draft, btf + done, sizeof(btf) / 4);
	return err;
}

static int ask(char **ret_path)
{
	struct draft draft = DRAFT_NONE;
	int err;

	if (!piece_by_piece)
		return btf_path_new(btf, sizeof(btf), &listening, ret_path);
	err = fill(&draft);
	if (!err)
		err = btf_path_of_draft(&draft, &listening, ret_path);
	draft_close(&draft);
	return err;
}

static char *give(void)
{
	char *path = NULL;
	int err;

	err = ask(&path);
	MUST(err == 0);
	MUST(path);
	return path;
}

static void judge(const char *path)
{
	struct btf *parsed = btf__parse(path, NULL);
	const void *raw;
	uint32_t size = 0;

	MUST(parsed && !libbpf_get_error(parsed));
	raw = btf__raw_data(parsed, &size);
	MUST(size == sizeof(btf) && !memcmp(raw, btf, size));
	btf__free(parsed);
}

static int fd_of(const char *path)
{
	int fd = -1;

	MUST(sscanf(path, "/proc/self/fd/%d", &fd) == 1);
	MUST(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	MUST(lseek(fd, 0, SEEK_CUR) == 0);
	return fd;
}

static size_t names_in(const char *folder)
{
	DIR *names = opendir(folder);
	size_t count = 0;

	MUST(names);
	for (struct dirent *name; (name = readdir(names));)
		count += strcmp(name->d_name, ".") != 0 && strcmp(name->d_name, "..") != 0;
	closedir(names);
	return count;
}

static void must_be_memfd(char *path)
{
	int fd = fd_of(path);

	MUST(!tells("no memfd"));
	MUST((fcntl(fd, F_GET_SEALS) & SEALS) == SEALS);
	judge(path);
	MUST(btf_path_free(path));
	MUST(fcntl(fd, F_GETFD) == -1);
}

static void must_be_unlinked(char *path, const char *folder)
{
	char line[256];
	struct stat file;
	int fd = fd_of(path);

	snprintf(line, sizeof(line), "without a name in %s\n", folder);
	MUST(tells(line));
	MUST((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
	MUST(!fstat(fd, &file) && file.st_nlink == 0 && (file.st_mode & 07777) == 0400);
	judge(path);
	MUST(btf_path_free(path));
	MUST(fcntl(fd, F_GETFD) == -1);
}

static void must_be_named(char *path, const char *folder)
{
	size_t length = strlen(folder);
	struct stat file;

	MUST(!strncmp(path, folder, length) && !strncmp(path + length, NAMED, strlen(NAMED)));
	MUST(!lstat(path, &file) && S_ISREG(file.st_mode) && (file.st_mode & 07777) == 0600);
	MUST(file.st_uid == geteuid());
	judge(path);
}

/* Without /proc there is no folder to list them. */
static int open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void must_be_named_and_go(char *path, const char *folder)
{
	char *copy = strdup(path);
	int before = open_descriptors();

	must_be_named(path, folder);
	MUST(btf_path_free(path));
	MUST(access(copy, F_OK) == -1 && errno == ENOENT);
	MUST(open_descriptors() == before - 1);
	free(copy);
}

/* --- ways of a memfd ------------------------------------------------------------------------- */

static void plain(const char *folder)
{
	int probe = memfd_create("probe", MFD_CLOEXEC | MFD_NOEXEC_SEAL_BIT);
	char *path = give();

	if (probe >= 0) { /* since 6.3 */
		MUST(fcntl(fd_of(path), F_GET_SEALS) & F_SEAL_EXEC_BIT);
		close(probe);
	}
	must_be_memfd(path);
}

static void kernel_before_6_3(const char *folder)
{
	refuse_noexec_seal();
	must_be_memfd(give());
}

/* In a new pid namespace the sysctl affects no other process. */
static void memfd_noexec(const char *folder, char level, void (*then)(const char *))
{
	int status, fd;
	pid_t pid;

	if (unshare(CLONE_NEWPID))
		_exit(RESTRICT_SKIP);
	pid = fork();
	if (pid == 0) {
		fd = open("/proc/sys/vm/memfd_noexec", O_WRONLY | O_CLOEXEC);
		if (fd < 0 || pwrite(fd, &level, 1, 0) != 1)
			_exit(RESTRICT_SKIP); /* before 6.3 */
		own_mounts();
		if (mount("proc", "/proc", "proc", 0, NULL))
			_exit(RESTRICT_SKIP);
		then(folder);
		_exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	_exit(WEXITSTATUS(status));
}

static void memfd_noexec_1(const char *folder)
{
	memfd_noexec(folder, '1', plain);
}

static void memfd_noexec_2(const char *folder)
{
	memfd_noexec(folder, '2', plain);
}

static void read_only_root(const char *folder)
{
	own_mounts();
	mount_all_read_only();
	must_be_memfd(give());
}

static void empty_root(const char *folder)
{
	own_mounts();
	enter_empty_root(folder, 1);
	must_be_memfd(give());
}

static void nobody(const char *folder)
{
	become_nobody(0);
	must_be_memfd(give());
}

/* As the kernel sees a program with file capabilities. */
static void nobody_not_dumpable(const char *folder)
{
	become_nobody(1);
	must_be_memfd(give());
}

/* --- ways of a file without a name ----------------------------------------------------------- */

static void memfd_refused(const char *folder, int error)
{
	refuse_memfd(error);
	must_be_unlinked(give(), folder);
	MUST(names_in(folder) == 0);
}

static void memfd_enosys(const char *folder)
{
	memfd_refused(folder, ENOSYS);
}

static void memfd_eperm(const char *folder)
{
	memfd_refused(folder, EPERM);
}

static void memfd_eacces(const char *folder)
{
	memfd_refused(folder, EACCES);
}

static void memfd_einval(const char *folder)
{
	memfd_refused(folder, EINVAL);
}

static void umask_takes_all(const char *folder)
{
	umask(0777);
	memfd_refused(folder, ENOSYS);
}

static void tmpfile_refused(const char *folder)
{
	refuse_tmpfile(EOPNOTSUPP);
	memfd_refused(folder, ENOSYS);
}

static void tmpfile_not_known(const char *folder)
{
	refuse_tmpfile(EISDIR);
	memfd_refused(folder, ENOSYS);
}

static void noexec_mount(const char *folder)
{
	own_mounts();
	mount_empty(folder, MS_NOEXEC | MS_NOSUID | MS_NODEV, NULL);
	memfd_refused(folder, EPERM);
}

static void noexec_mount_without_tmpfile(const char *folder)
{
	refuse_tmpfile(EOPNOTSUPP);
	noexec_mount(folder);
}

/* Others could replace our file by another, but not one without a name. */
static void shared_folder(const char *folder)
{
	MUST(!chmod(folder, 0777));
	memfd_refused(folder, ENOSYS);
}

static void shared_folder_without_tmpfile(const char *folder)
{
	MUST(!chmod(folder, 0777));
	own_mounts();
	mount_empty("/dev/shm", 0, "mode=1777");
	refuse_tmpfile(EOPNOTSUPP);
	refuse_memfd(ENOSYS);
	must_be_unlinked(give(), "/dev/shm");
	MUST(names_in(folder) == 0);
}

static void folder_is_full(const char *folder)
{
	own_mounts();
	mount_empty(folder, 0, "size=4k");
	mount_empty("/dev/shm", 0, "mode=1777");
	refuse_memfd(ENOSYS);
	must_be_unlinked(give(), "/dev/shm");
	MUST(tells("No space left on device"));
	MUST(names_in(folder) == 0);
}

static void folder_is_not_there(const char *folder)
{
	own_mounts();
	mount_empty("/dev/shm", 0, "mode=1777");
	MUST(!chdir(folder) && !mkdir("relative", 0700)); /* which is ignored */
	setenv("TMPDIR", "/does/not/exist", 1);
	setenv("XDG_RUNTIME_DIR", "relative", 1);
	refuse_memfd(ENOSYS);
	must_be_unlinked(give(), "/dev/shm");
}

static void read_only_root_with_run(const char *folder)
{
	own_mounts();
	mount_all_read_only();
	mount_empty("/run", MS_NOEXEC, "mode=755");
	refuse_memfd(EPERM);
	must_be_unlinked(give(), "/run");
}

static void nobody_memfd_refused(const char *folder)
{
	give_to_nobody(folder);
	become_nobody(1);
	memfd_refused(folder, EPERM);
}

/* --- ways of a file with a name -------------------------------------------------------------- */

static void hide_proc(void)
{
	own_mounts();
	mount_empty("/proc", 0, NULL);
}

static void no_proc(const char *folder)
{
	hide_proc();
	must_be_named_and_go(give(), folder);
	MUST(names_in(folder) == 0);
}

static void no_proc_and_umask(const char *folder)
{
	umask(0777);
	no_proc(folder);
}

static void no_proc_no_memfd_no_tmpfile(const char *folder)
{
	refuse_tmpfile(EOPNOTSUPP);
	refuse_memfd(ENOSYS);
	no_proc(folder);
}

static void no_proc_noexec_mount(const char *folder)
{
	own_mounts();
	mount_empty(folder, MS_NOEXEC, "mode=700");
	no_proc(folder);
}

static void no_proc_nobody(const char *folder)
{
	give_to_nobody(folder);
	hide_proc();
	become_nobody(1);
	must_be_named_and_go(give(), folder);
}

static void no_proc_shared_folder(const char *folder)
{
	char inner[4096];

	snprintf(inner, sizeof(inner), "%s/inner", folder);
	MUST(!mkdir(inner, 0700));
	MUST(!chmod(folder, 0777)); /* the folder above is what makes it unsafe */
	setenv("TMPDIR", inner, 1);
	hide_proc();
	mount_empty("/dev/shm", 0, "mode=1777");
	must_be_named_and_go(give(), "/dev/shm");
	MUST(tells("others may replace files in it"));
}

static void no_proc_linked_folder(const char *folder)
{
	char link[4096];

	snprintf(link, sizeof(link), "%s/link", folder);
	MUST(!symlink("/dev/shm", link));
	setenv("TMPDIR", link, 1);
	hide_proc();
	mount_empty("/dev/shm", 0, "mode=777"); /* not sticky: unsafe */
	mount_empty("/run", 0, "mode=755");
	must_be_named_and_go(give(), "/run");
}

static void no_proc_link_to_safe_folder(const char *folder)
{
	char link[4096];

	snprintf(link, sizeof(link), "%s/link", folder);
	MUST(!symlink(folder, link));
	setenv("TMPDIR", link, 1);
	hide_proc();
	must_be_named_and_go(give(), link);
}

static void no_proc_foreign_folder(const char *folder)
{
	give_to_nobody(folder);
	hide_proc();
	mount_empty("/dev/shm", 0, "mode=1777");
	must_be_named_and_go(give(), "/dev/shm");
}

/* Removed at exit, also with paths not freed. */
static void no_proc_exit(const char *folder)
{
	pid_t pid;
	int status;

	hide_proc();
	pid = fork();
	if (pid == 0) {
		give();
		MUST(names_in(folder) == 1);
		exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid && status == 0);
	MUST(names_in(folder) == 0);
}

/* A child has the path too, but only the parent removes the file. */
static void no_proc_fork(const char *folder)
{
	char *path, *own;
	int status;
	pid_t pid;

	hide_proc();
	path = give();
	pid = fork();
	if (pid == 0) {
		judge(path);
		own = give();
		MUST(strcmp(own, path) != 0); /* the parent would remove it */
		MUST(btf_path_free(own));
		MUST(btf_path_free(path));
		exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid && status == 0);
	must_be_named_and_go(path, folder);
	MUST(names_in(folder) == 0);
}

static void write_file(const char *folder, const char *name, mode_t mode)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s" NAMED "%s", folder, name);
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
	MUST(fd >= 0 && !fchmod(fd, mode));
	close(fd);
}

/* The next process removes the files of a killed one, but no file in use and no other's. */
static void no_proc_leftovers(const char *folder)
{
	int ready[2], status;
	char byte, from[4096], to[4096];
	pid_t living, killed;
	char *path;

	hide_proc();
	write_file(folder, "public", 0644);  /* another mode than ours */
	write_file(folder, "linked", 0600);  /* two names */
	write_file(folder, "foreign", 0600); /* 7 letters: not our pattern */
	snprintf(from, sizeof(from), "%s" NAMED "linked", folder);
	snprintf(to, sizeof(to), "%s/other-name", folder);
	MUST(!link(from, to));
	snprintf(to, sizeof(to), "%s" NAMED "symbol", folder);
	MUST(!symlink("/etc/passwd", to));
	MUST(names_in(folder) == 5);

	MUST(!pipe(ready));
	living = fork();
	if (living == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* if this process fails first */
		give();
		MUST(write(ready[1], "", 1) == 1);
		pause();
	}
	MUST(read(ready[0], &byte, 1) == 1);
	killed = fork();
	if (killed == 0) {
		give();
		raise(SIGKILL);
	}
	MUST(waitpid(killed, &status, 0) == killed && WIFSIGNALED(status));
	MUST(names_in(folder) == 7);
	path = give();
	MUST(names_in(folder) == 7); /* one fewer and one more */
	kill(living, SIGKILL);
	MUST(waitpid(living, &status, 0) == living);
	must_be_named_and_go(path, folder);
	MUST(names_in(folder) == 6);
	must_be_named_and_go(give(), folder);
	MUST(names_in(folder) == 5);
	close(ready[0]);
	close(ready[1]);
}

/* /proc/self has the first thread's descriptors, which are gone when it has ended. */
static const char *thread_folder;

static void *without_main(void *context)
{
	pthread_t *main_thread = context;

	pthread_join(*main_thread, NULL);
	must_be_named_and_go(give(), thread_folder);
	_exit(0);
}

static void main_thread_is_gone(const char *folder)
{
	static pthread_t self;
	pthread_t thread;

	thread_folder = folder;
	self = pthread_self();
	MUST(!pthread_create(&thread, NULL, without_main, &self));
	pthread_exit(NULL);
}

static pthread_barrier_t apart, filled;

static void *with_descriptors_of_its_own(void *context)
{
	MUST(!unshare(CLONE_FILES));
	pthread_barrier_wait(&apart);
	pthread_barrier_wait(&filled);
	must_be_named_and_go(give(), thread_folder);
	return NULL;
}

/* At this number /proc/self has no file, or one of the first thread. */
static void with_own_descriptors(const char *folder, int first, int count)
{
	pthread_t thread;

	thread_folder = folder;
	pthread_barrier_init(&apart, NULL, 2);
	pthread_barrier_init(&filled, NULL, 2);
	MUST(!pthread_create(&thread, NULL, with_descriptors_of_its_own, NULL));
	pthread_barrier_wait(&apart);
	for (int i = 0; i < count; i++)
		MUST(memfd_create("other", MFD_CLOEXEC) == first + i);
	pthread_barrier_wait(&filled);
	MUST(!pthread_join(thread, NULL));
	for (int i = 0; i < count; i++)
		close(first + i);
}

static void thread_has_own_descriptors(const char *folder)
{
	with_own_descriptors(folder, 3, 0);
}

static void thread_and_main_use_one_number(const char *folder)
{
	with_own_descriptors(folder, 3, 16);
}

/* Counts the system calls of a traced child between two calls of getppid(). */
static unsigned int calls_of(pid_t pid)
{
	struct __ptrace_syscall_info call;
	unsigned int count = 0, markers = 0;
	int status;

	MUST(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	MUST(!ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
	for (;;) {
		MUST(!ptrace(PTRACE_SYSCALL, pid, 0, 0));
		MUST(waitpid(pid, &status, 0) == pid);
		if (!WIFSTOPPED(status))
			break;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(call), &call) <= 0)
			_exit(RESTRICT_SKIP); /* before 5.3 */
		if (call.op != PTRACE_SYSCALL_INFO_ENTRY)
			continue;
		if (call.entry.nr == SYS_getppid)
			markers++;
		else
			count += markers == 1;
	}
	MUST(WIFEXITED(status) && WEXITSTATUS(status) == 0 && markers == 2);
	return count;
}

/* docs/performance.md names the six of a later path. */
static void system_calls(const char *folder)
{
	unsigned int calls;
	pid_t pid = fork();

	if (pid == 0) {
		char *path;

		free(malloc(4096)); /* so that malloc() needs no memory of the kernel */
		if (ptrace(PTRACE_TRACEME, 0, 0, 0))
			_exit(RESTRICT_SKIP);
		raise(SIGSTOP);
		getppid();
		path = give();
		getppid();
		_exit(!btf_path_free(path));
	}
	calls = calls_of(pid);
	if (way == LATER)
		MUST(calls == 6);
}

/* A daemon closed them: what it opens next must not become its stderr. */
static void standard_descriptors_are_closed(const char *folder)
{
	int saved = dup(STDERR_FILENO), fd; /* for MUST() */
	char *path, *other = NULL;

	for (fd = 0; fd <= STDERR_FILENO; fd++)
		close(fd);
	path = give();
	fd = draft_descriptor(btf, sizeof(btf), &listening);
	for (int standard = 0; standard <= STDERR_FILENO; standard++)
		if (fcntl(standard, F_GETFD) >= 0)
			other = path;
	dup2(saved, STDERR_FILENO);
	MUST(!other);
	MUST(fd > STDERR_FILENO && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	close(fd);
	must_be_memfd(path);
	close(saved);
}

/* --- no way ---------------------------------------------------------------------------------- */

static int refused(void)
{
	char *path = (char *)"untouched";
	int before = dup(0), after, err;

	close(before);
	err = ask(&path);
	MUST(!strcmp(path, "untouched"));
	after = dup(0);
	MUST(after == before);
	close(after);
	return err;
}

static void nothing_works(const char *folder)
{
	own_mounts();
	mount_all_read_only();
	refuse_memfd(EPERM);
	MUST(refused() == -EPERM);
	MUST(tells("no memfd: Operation not permitted\n"));
	MUST(tells("no file in /dev/shm: Read-only file system\n"));
	MUST(tells("no file in /var/tmp: Read-only file system\n"));
}

static void nothing_in_empty_root(const char *folder)
{
	own_mounts();
	enter_empty_root(folder, 0);
	mount_all_read_only();
	MUST(refused() == -ENOSPC); /* -ENOENT means "no BTF for this kernel" */
}

static void no_descriptors(const char *folder)
{
	struct rlimit limit = {.rlim_cur = 0, .rlim_max = 0};
	char *path = NULL;

	/* A descriptor left for the memfd, but not for opening it again; then none left. Once it
	 * was opened in this process, it is not opened again: libbpf reports the same error. */
	for (rlim_t most = 4; most >= 3; most--) {
		limit.rlim_cur = limit.rlim_max = most;
		MUST(!setrlimit(RLIMIT_NOFILE, &limit));
		if (most == 4 && way == LATER)
			MUST(btf_path_free(give()));
		else
			MUST(ask(&path) == -EMFILE);
	}
}

/* As in a service with LimitFSIZE=. Writing more would cause SIGXFSZ. */
static void limited_file_size(const char *folder)
{
	const struct rlimit limit = {.rlim_cur = SIZE - 1, .rlim_max = SIZE - 1};

	MUST(!setrlimit(RLIMIT_FSIZE, &limit));
	MUST(refused() == -EFBIG);
	MUST(tells("no memfd: File too large\n"));
	MUST(names_in(folder) == 0);
}

/* --- drafts ---------------------------------------------------------------------------------- */

/* A file with equal bytes is shared, however they were written. */
static void draft_is_shared(const char *folder)
{
	char *first = give(), *second;

	piece_by_piece = !piece_by_piece;
	second = give();
	MUST(!strcmp(first, second));
	MUST(tells("shared with an earlier one"));
	MUST(fcntl(fd_of(first) + 1, F_GETFD) == -1); /* the draft's is closed */
	MUST(btf_path_free(first));
	must_be_memfd(second);
}

static void draft_of_one_other_byte_is_not_shared(const char *folder)
{
	struct draft draft = DRAFT_NONE;
	char *first = give(), *second = NULL;

	btf[SIZE - 2] ^= 1;
	MUST(!fill(&draft));
	MUST(!btf_path_of_draft(&draft, &listening, &second));
	MUST(strcmp(first, second) != 0);
	must_be_memfd(second);
	btf[SIZE - 2] ^= 1;
	must_be_memfd(first);
}

/* When a place is full, its bytes are moved to the next place, also in the middle of writing. */
static void draft_moves_on(const char *folder)
{
	struct draft draft = DRAFT_NONE;
	char *path = NULL;

	own_mounts();
	mount_empty(folder, 0, "size=12k");
	mount_empty("/dev/shm", 0, "size=16k,mode=1777");
	mount_empty("/run", 0, "mode=755");
	refuse_memfd(ENOSYS);
	MUST(!draft_open(&draft, true, &listening));
	for (size_t done = 0; done < sizeof(btf); done += 1000)
		MUST(!draft_write(&draft, btf + done, 1000));
	MUST(draft.size == sizeof(btf));
	MUST(!btf_path_of_draft(&draft, &listening, &path));
	MUST(draft.fd == -1);
	must_be_unlinked(path, "/run");
}

/* A draft with a name removes it. */
static void draft_with_name_moves_on(const char *folder)
{
	hide_proc();
	mount_empty(folder, 0, "size=8k,mode=700");
	mount_empty("/dev/shm", 0, "mode=1777");
	must_be_named_and_go(give(), "/dev/shm");
	MUST(tells("No space left on device"));
	MUST(names_in(folder) == 0);
}

/* An abandoned draft leaves nothing, also when it has a name. */
static void draft_is_given_up(const char *folder)
{
	struct draft draft = DRAFT_NONE;

	MUST(!fill(&draft));
	draft_close(&draft);
	draft_close(&draft);
	own_mounts();
	mount_all_read_only();
	mount_empty(folder, 0, "mode=700");
	refuse_memfd(ENOSYS);
	refuse_tmpfile(EOPNOTSUPP);
	MUST(!fill(&draft));
	draft_close(&draft);
	MUST(names_in(folder) == 0);
}

static void must_hold_btf(int fd)
{
	char back[SIZE + 1];

	MUST(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	MUST(read(fd, back, sizeof(back)) == SIZE && !memcmp(back, btf, SIZE));
	MUST(pwrite(fd, "x", 1, 0) == -1);
	close(fd);
}

/* Without a path fewer rights suffice. */
static void descriptors(const char *folder)
{
	int fd = draft_descriptor(btf, sizeof(btf), &listening);

	MUST((fcntl(fd, F_GET_SEALS) & SEALS) == SEALS);
	must_hold_btf(fd);
	hide_proc();
	must_hold_btf(draft_descriptor(btf, sizeof(btf), &listening));
}

static void descriptor_without_memfd(const char *folder)
{
	int fd;

	refuse_memfd(EPERM);
	must_hold_btf(draft_descriptor(btf, sizeof(btf), &listening));
	hide_proc();
	fd = draft_descriptor(btf, sizeof(btf), &listening);
	MUST(fd >= 0); /* it cannot be opened for reading alone */
	close(fd);
	MUST(names_in(folder) == 0);
	mount_all_read_only();
	MUST(draft_descriptor(btf, sizeof(btf), &listening) == -EPERM);
}

struct scenario {
	const char *name;
	void (*run)(const char *folder);
};

#define SCENARIO(function)                                                                         \
	{                                                                                          \
#function, function                                                                \
	}

static const struct scenario scenarios[] = {
	SCENARIO(plain),
	SCENARIO(kernel_before_6_3),
	SCENARIO(memfd_noexec_1),
	SCENARIO(memfd_noexec_2),
	SCENARIO(read_only_root),
	SCENARIO(empty_root),
	SCENARIO(nobody),
	SCENARIO(nobody_not_dumpable),
	SCENARIO(memfd_enosys),
	SCENARIO(memfd_eperm),
	SCENARIO(memfd_eacces),
	SCENARIO(memfd_einval),
	SCENARIO(umask_takes_all),
	SCENARIO(tmpfile_refused),
	SCENARIO(tmpfile_not_known),
	SCENARIO(noexec_mount),
	SCENARIO(noexec_mount_without_tmpfile),
	SCENARIO(shared_folder),
	SCENARIO(shared_folder_without_tmpfile),
	SCENARIO(folder_is_full),
	SCENARIO(folder_is_not_there),
	SCENARIO(read_only_root_with_run),
	SCENARIO(nobody_memfd_refused),
	SCENARIO(no_proc),
	SCENARIO(no_proc_and_umask),
	SCENARIO(no_proc_no_memfd_no_tmpfile),
	SCENARIO(no_proc_noexec_mount),
	SCENARIO(no_proc_nobody),
	SCENARIO(no_proc_shared_folder),
	SCENARIO(no_proc_linked_folder),
	SCENARIO(no_proc_link_to_safe_folder),
	SCENARIO(no_proc_foreign_folder),
	SCENARIO(no_proc_exit),
	SCENARIO(no_proc_fork),
	SCENARIO(no_proc_leftovers),
	SCENARIO(main_thread_is_gone),
	SCENARIO(thread_has_own_descriptors),
	SCENARIO(thread_and_main_use_one_number),
	SCENARIO(system_calls),
	SCENARIO(standard_descriptors_are_closed),
	SCENARIO(nothing_works),
	SCENARIO(nothing_in_empty_root),
	SCENARIO(no_descriptors),
	SCENARIO(limited_file_size),
	SCENARIO(draft_is_shared),
	SCENARIO(draft_of_one_other_byte_is_not_shared),
	SCENARIO(draft_moves_on),
	SCENARIO(draft_with_name_moves_on),
	SCENARIO(draft_is_given_up),
	SCENARIO(descriptors),
	SCENARIO(descriptor_without_memfd),
};

#define SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

static void run(void **state)
{
	const struct scenario *scenario = *state;
	char *folder = folder_make();
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		setenv("TMPDIR", folder, 1);
		unsetenv("XDG_RUNTIME_DIR");
		piece_by_piece = way == PIECE_BY_PIECE;
		if (way == LATER) {
			must_be_memfd(give());
			logged = (struct logged){.length = 0};
		}
		/* inherited from the caller */
		for (int fd = 3; fd < 64; fd++)
			close(fd);
		scenario->run(folder);
		for (int fd = 3; fd < 64; fd++)
			MUST(fcntl(fd, F_GETFD) == -1); /* nothing is left open */
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	folder_remove(folder);
	free(folder);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == RESTRICT_SKIP)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	struct CMUnitTest tests[SCENARIOS];
	int failures = 0;

	make_btf();
	for (size_t i = 0; i < SCENARIOS; i++)
		tests[i] = (struct CMUnitTest){
			.name = scenarios[i].name,
			.test_func = run,
			.initial_state = (void *)&scenarios[i],
		};
	for (way = FIRST; way <= PIECE_BY_PIECE; way++)
		failures += cmocka_run_group_tests_name(ways[way], tests, NULL, NULL);
	return failures;
}
