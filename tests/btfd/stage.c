/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "stage.h"

#define NOBODY	   65534
#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

static pid_t running; /* 0: none */
char stage_folder[] = "/tmp/btfd-test-XXXXXX";

static int run(const char *format, ...)
{
	char command[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	return system(command);
}

static int leave(const char *why)
{
	printf("skipped: %s\n", why);
	stage_close();
	return 77;
}

int stage_open(void)
{
	if (getuid())
		return leave("not root");
	if (libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_RAW_TRACEPOINT, NULL) != 1)
		return leave("no BPF programs on raw tracepoints here");
	if (access(KERNEL_BTF, R_OK))
		return leave("this kernel has no BTF to put into a bundle");
	if (run("unshare -m --propagation unchanged mount -t tmpfs none /sys/kernel/btf"))
		return leave("no mount namespace to hide the kernel's BTF in");
	if (!mkdtemp(stage_folder) || chdir(stage_folder) || chmod(stage_folder, 0755))
		return leave("no folder to work in");
	if (mkdir("objects", 0755) || mkdir("run", 0755) ||
	    run("cp '%s' '%s' objects", EXEC_OBJECT, EXIT_OBJECT) || run("cp '%s' carrier", BTFD) ||
	    run("'%s' embed --quiet carrier objects/*.bpf.o --kernels '%s' -o btfd", COREBTF,
		KERNELS) ||
	    run("'%s' convert --quiet btfd -o other.bundle", COREBTF) ||
	    run("'%s' embed --quiet carrier objects/*.bpf.o --kernels-with-btf --kernels '%s' %s "
		"-o btfd",
		COREBTF, KERNELS, KERNEL_BTF) ||
	    run("'%s' convert --quiet btfd -o bundle", COREBTF)) {
		printf("FAILED: the stage cannot be set up\n");
		return 1;
	}
	return 0;
}

void stage_close(void)
{
	if (strstr(stage_folder, "XXXXXX"))
		return;
	if (chdir("/") || run("rm -r '%s'", stage_folder))
		printf("left behind: %s\n", stage_folder);
}

char *stage_read(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "re");
	char *bytes = NULL;
	size_t size = 0;
	size_t got;

	assert_non_null(file);
	do {
		bytes = realloc(bytes, size + 65536);
		assert_non_null(bytes);
		got = fread(bytes + size, 1, 65535, file);
		size += got;
	} while (got);
	fclose(file);
	bytes[size] = '\0';
	if (ret_size)
		*ret_size = size;
	return bytes;
}

void stage_write(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen("stage.tmp", "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	assert_return_code(rename("stage.tmp", path), errno);
}

void stage_replace(const char *from, const char *to)
{
	size_t size;
	char *bytes = stage_read(from, &size);

	stage_write(to, bytes, size);
	free(bytes);
}

/* In the child: becomes nobody, but for the two capabilities, which exec then keeps. */
static bool become_unprivileged(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};
	const int caps[] = {CAP_BPF, CAP_PERFMON};

	for (int cap = 0; cap <= CAP_LAST_CAP; cap++) {
		if (cap != CAP_BPF && cap != CAP_PERFMON)
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	}
	for (int i = 0; i < 2; i++) {
		struct __user_cap_data_struct *word = &data[caps[i] / 32];

		word->permitted |= 1u << (caps[i] % 32);
		word->effective = word->inheritable = word->permitted;
	}
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setgroups(0, NULL) ||
	    setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY) ||
	    syscall(SYS_capset, &header, data))
		return false;
	for (int i = 0; i < 2; i++) {
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, caps[i], 0, 0))
			return false;
	}
	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static void become_btfd(const struct watched *watched, int how, char *const *arguments)
{
	int out = open("out", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	int err = open("err", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);

	setenv("NOTIFY_SOCKET", watched->listener.name, 1);
	if (out < 0 || err < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(101);
	close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves no daemon behind */
	/* In a chroot / is no mount, and then it is enough that /sys stays ours. */
	if (unshare(CLONE_NEWNS) || (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
				     mount(NULL, "/sys", NULL, MS_REC | MS_PRIVATE, NULL)))
		_exit(102);
	if (!(how & SEE_KERNEL_BTF) && mount("none", "/sys/kernel/btf", "tmpfs", 0, NULL))
		_exit(103);
	if (how & UNPRIVILEGED) {
		if (!become_unprivileged())
			_exit(104);
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* another user clears it */
	}
	execv("./btfd", arguments);
	_exit(105);
}

void watched_start(struct watched *watched, int how, char *const *arguments)
{
	char name[PATH_SIZE];

	snprintf(name, sizeof(name), "%s/notify", stage_folder);
	notify_listener_open(&watched->listener, name);
	chmod(name, 0666);
	watched->pid = fork();
	assert_true(watched->pid >= 0);
	if (!watched->pid)
		become_btfd(watched, how, arguments);
	running = watched->pid;
}

/* The next message; when the daemon ends instead, the test fails with its output. */
static void expect_message(struct watched *watched, const char *line)
{
	struct pollfd wait = {.fd = watched->listener.fd, .events = POLLIN};
	siginfo_t info = {0};
	char *said;

	while (poll(&wait, 1, 100) == 0) {
		if (!waitid(P_PID, (id_t)watched->pid, &info, WEXITED | WNOHANG | WNOWAIT) &&
		    info.si_pid && poll(&wait, 1, 0) == 0) {
			said = stage_read("err", NULL);
			print_error("btfd ended (%d), it said: %s\n", info.si_status, said);
			free(said);
			fail();
		}
	}
	assert_true(notify_listener_next(&watched->listener));
	if (!notify_listener_has(&watched->listener, line)) {
		print_error("expected %s, got: %s\n", line, watched->listener.text);
		fail();
	}
}

static const char *status_text(const struct watched *watched)
{
	const char *status = strstr(watched->listener.text, "\nSTATUS=");

	assert_non_null(status);
	return status + strlen("\nSTATUS=");
}

const char *watched_ready(struct watched *watched)
{
	expect_message(watched, "READY=1");
	return status_text(watched);
}

const char *watched_reload(struct watched *watched)
{
	assert_return_code(kill(watched->pid, SIGHUP), errno);
	expect_message(watched, "RELOADING=1");
	assert_non_null(strstr(watched->listener.text, "\nMONOTONIC_USEC="));
	return watched_ready(watched);
}

int watched_wait(struct watched *watched)
{
	int status;

	assert_int_equal(waitpid(watched->pid, &status, 0), watched->pid);
	running = 0;
	notify_listener_close(&watched->listener);
	return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

int watched_teardown(void **state)
{
	unlink("out"); /* it may be a link to somewhere else */
	if (running) {
		kill(running, SIGKILL);
		waitpid(running, NULL, 0);
		running = 0;
		unlink("notify");
	}
	return 0;
}

void watched_stop(struct watched *watched, int signal_number)
{
	assert_return_code(kill(watched->pid, signal_number), errno);
	expect_message(watched, "STOPPING=1");
	assert_int_equal(watched_wait(watched), 0);
}

size_t watched_fds(const struct watched *watched, const char *text)
{
	char target[PATH_SIZE];
	struct dirent *entry;
	size_t count = 0;
	ssize_t size;
	DIR *folder;

	snprintf(target, sizeof(target), "/proc/%d/fd", (int)watched->pid);
	folder = opendir(target);
	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		size = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
		if (size < 0) /* . and .. */
			continue;
		target[size] = '\0';
		count += !text || strstr(target, text) != NULL;
	}
	closedir(folder);
	return count;
}

long watched_kilobytes(const struct watched *watched, const char *name)
{
	char line[PATH_SIZE];
	long value = -1;
	FILE *file;

	snprintf(line, sizeof(line), "/proc/%d/status", (int)watched->pid);
	file = fopen(line, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
			value = strtol(line + strlen(name) + 1, NULL, 10);
	}
	fclose(file);
	assert_true(value >= 0);
	return value;
}

/* Where the section is in ./btfd, which is an ELF file of this machine. */
static void find_section(uint64_t *ret_offset, uint64_t *ret_end)
{
	char *file = stage_read("btfd", NULL);
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)file;
	const Elf64_Shdr *sections = (const Elf64_Shdr *)(file + header->e_shoff);
	const char *names = file + sections[header->e_shstrndx].sh_offset;

	assert_int_equal(header->e_ident[EI_CLASS], ELFCLASS64);
	*ret_offset = *ret_end = 0;
	for (int i = 0; i < header->e_shnum; i++) {
		if (strcmp(names + sections[i].sh_name, ".corebtf") == 0) {
			*ret_offset = sections[i].sh_offset;
			*ret_end = sections[i].sh_offset + sections[i].sh_size;
		}
	}
	free(file);
	assert_true(*ret_end > *ret_offset);
}

bool watched_maps_section(const struct watched *watched)
{
	unsigned long start, end, offset;
	uint64_t section, section_end;
	unsigned int seen = 0;
	char line[4096];
	bool maps = false;
	FILE *file;

	find_section(&section, &section_end);
	snprintf(line, sizeof(line), "/proc/%d/maps", (int)watched->pid);
	file = fopen(line, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		assert_int_equal(sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset), 3);
		if (!strstr(line, "/btfd\n"))
			continue;
		seen++;
		maps |= offset < section_end && offset + (end - start) > section;
	}
	fclose(file);
	assert_true(seen > 0);
	return maps;
}
