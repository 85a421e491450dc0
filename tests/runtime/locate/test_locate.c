/* SPDX-License-Identifier: MIT */
/*
 * Where a BTF comes from: the order of the sources, which results end the search and which continue
 * with the next source, on made-up hosts. Run as `secure`, the program reads one variable and
 * reports it as its exit status.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/locate/locate.h"
#include "runtime/locate/source.h"
#include "tests/support/make_bundle.h"
#include "tests/support/runtime_support.h"

#define RAW_BTF "\x9f\xeb\x01\x00 forced"
#define SKIPPED 77

static const struct made_blob letters[] = {{"A", 1, 0}, {"B", 1, 0}};
enum { A, B };

/* A root with a kernel, and files in it. */
struct stage {
	char *root;
	struct utsname uname;
	struct host host;
	struct logged logged;
	struct corebtf_origin origin;
	struct corebtf_path_opts opts;
	char *file, *section, *damaged, *empty, *btf, *text, *missing;
};

static char *path_in(const struct stage *stage, const char *name)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", stage->root, name) > 0);
	return path;
}

static void write_entries(const struct stage *stage, const char *name,
			  const struct made_entry *entries, uint32_t count, bool is_damaged)
{
	const struct made_bundle what = {.entries = entries,
					 .entry_count = count,
					 .blobs = letters,
					 .blob_count = 2,
					 .block_count = 1};
	size_t size;
	uint8_t *bundle = make_bundle(&what, &size);

	if (is_damaged)
		bundle[16] ^= 1;
	folder_write(stage->root, name, bundle, size);
	free(bundle);
}

#define X86(name, letter)                                                                          \
	{                                                                                          \
		.release = name, .machine = "x86_64", .blob = letter                               \
	}

static const struct made_entry of_file[] = {
	X86("both", A),		X86("file", A),		X86("6.1.0-2-near", A),
	X86("6.1.0-4-near", A), X86("6.2.0-2-near", A), X86("6.2.0-4-near", A),
};
static const struct made_entry of_section[] = {
	X86("both", B),
	X86("section", B),
	X86("6.1.0-3-near", B),
	{.release = "tie", .machine = "x86_64", .os_id = "debian", .version_id = "11", .blob = A},
	{.release = "tie", .machine = "x86_64", .os_id = "debian", .version_id = "12", .blob = B},
};

static void stage_set(struct stage *stage)
{
	memset(stage, 0, sizeof(*stage));
	stage->root = folder_make();
	stage->host.root = stage->root;
	stage->host.uname = &stage->uname;
	strcpy(stage->uname.machine, "x86_64");
	strcpy(stage->uname.version, "#1");
	write_entries(stage, "/file", of_file, sizeof(of_file) / sizeof(of_file[0]), false);
	write_entries(stage, "/section", of_section, sizeof(of_section) / sizeof(of_section[0]),
		      false);
	write_entries(stage, "/damaged", of_file, 1, true);
	folder_write(stage->root, "/empty", "", 0);
	folder_write(stage->root, "/btf", RAW_BTF, sizeof(RAW_BTF));
	folder_write(stage->root, "/text", "text", 4);
	stage->file = path_in(stage, "file");
	stage->section = path_in(stage, "section");
	stage->damaged = path_in(stage, "damaged");
	stage->empty = path_in(stage, "empty");
	stage->btf = path_in(stage, "btf");
	stage->text = path_in(stage, "text");
	stage->missing = path_in(stage, "missing");
	unsetenv("COREBTF_BTF");
	unsetenv("COREBTF_BUNDLE");
}

static void stage_clear(struct stage *stage)
{
	folder_remove(stage->root);
	free(stage->root);
	free(stage->file);
	free(stage->section);
	free(stage->damaged);
	free(stage->empty);
	free(stage->btf);
	free(stage->text);
	free(stage->missing);
	unsetenv("COREBTF_BTF");
	unsetenv("COREBTF_BUNDLE");
}

/* Locates the BTF for @release; returns its first byte, 'K' for the kernel's own, or the error. A
 * failure must not change the outputs. */
static int ask(struct stage *stage, const char *section, const char *release)
{
	struct corebtf_open_opts log = logged_opts(&stage->logged);
	char *path = (char *)"untouched";
	unsigned char byte = 0;
	FILE *file;
	int err;

	strcpy(stage->uname.release, release);
	stage->opts.sz = sizeof(stage->opts);
	stage->opts.log = log.log;
	stage->opts.log_context = log.log_context;
	memset(&stage->origin, 0x55, sizeof(stage->origin));
	stage->origin.sz = sizeof(stage->origin);
	stage->opts.ret_origin = &stage->origin;
	err = locate_path(&stage->host, section, &path, &stage->opts);
	if (err) {
		assert_string_equal(path, "untouched");
		assert_int_equal(stage->origin.source, 0x55555555);
		assert_int_not_equal(stage->logged.length, 0);
		return err;
	}
	if (!path)
		return 'K';
	file = fopen(path, "re");
	assert_non_null(file);
	assert_int_equal(fread(&byte, 1, 1, file), 1);
	fclose(file);
	assert_int_equal(corebtf_path_free(path), 1);
	return byte;
}

static void order_of_the_sources(void **state)
{
	static struct stage stage;

	stage_set(&stage);
	/* the section alone */
	assert_int_equal(ask(&stage, stage.section, "both"), 'B');
	assert_int_equal(stage.origin.source, COREBTF_SOURCE_SECTION);
	assert_string_equal(stage.origin.file, stage.section);
	assert_string_equal(stage.origin.release, "both");
	assert_string_equal(stage.origin.machine, "x86_64");
	assert_int_equal(stage.origin.match, COREBTF_MATCH_RELEASE);

	/* a named bundle file comes first; for a kernel that it lacks the next source is asked */
	stage.opts.bundle_path = stage.file;
	assert_int_equal(ask(&stage, stage.section, "both"), 'A');
	assert_int_equal(stage.origin.source, COREBTF_SOURCE_BUNDLE);
	assert_string_equal(stage.origin.file, stage.file);
	assert_int_equal(ask(&stage, stage.section, "section"), 'B');
	assert_int_equal(stage.origin.source, COREBTF_SOURCE_SECTION);
	assert_int_equal(ask(&stage, stage.section, "nowhere"), -ENOENT);

	/* the kernel's own beats both */
	folder_write(stage.root, "/sys/kernel/btf/vmlinux", "BTF", 3);
	assert_int_equal(ask(&stage, stage.section, "both"), 'K');
	assert_int_equal(stage.origin.source, COREBTF_SOURCE_KERNEL);
	assert_string_equal(stage.origin.release, "");
	/* and then no other source is opened */
	stage.opts.bundle_path = stage.damaged;
	assert_int_equal(ask(&stage, stage.damaged, "both"), 'K');

	/* but a forced BTF beats the kernel's */
	stage.opts.btf_path = stage.btf;
	assert_int_equal(ask(&stage, stage.section, "both"), RAW_BTF[0] & 0xff);
	assert_int_equal(stage.origin.source, COREBTF_SOURCE_FORCED);
	assert_string_equal(stage.origin.file, stage.btf);
	assert_int_equal(access(stage.btf, R_OK), 0); /* the user's file stays */
	stage_clear(&stage);
}

static void environment(void **state)
{
	static struct stage stage;

	stage_set(&stage);
	setenv("COREBTF_BUNDLE", stage.file, 1);
	assert_int_equal(ask(&stage, stage.section, "both"), 'A');
	assert_non_null(strstr(stage.logged.text, "COREBTF_BUNDLE="));
	setenv("COREBTF_BTF", stage.btf, 1);
	assert_int_equal(ask(&stage, stage.section, "both"), RAW_BTF[0] & 0xff);
	assert_int_equal(stage.origin.source, COREBTF_SOURCE_FORCED);
	/* an option beats it; "" is no path */
	stage.opts.btf_path = stage.missing;
	assert_int_equal(ask(&stage, stage.section, "both"), -EINVAL);
	setenv("COREBTF_BTF", "", 1);
	stage.opts.btf_path = "";
	stage.opts.bundle_path = stage.section;
	assert_int_equal(ask(&stage, stage.section, "both"), 'B');
	stage_clear(&stage);
}

/* A damaged source ends the search: it could have had the BTF. */
static void what_ends_the_question(void **state)
{
	static struct stage stage;

	stage_set(&stage);
	assert_int_equal(ask(&stage, stage.damaged, "both"), -EBADMSG);
	assert_int_equal(ask(&stage, stage.empty, "both"), -ENODATA);
	assert_int_equal(ask(&stage, stage.text, "both"), -ENODATA);
	assert_int_equal(ask(&stage, stage.section, "nowhere"), -ENOENT);

	stage.opts.bundle_path = stage.damaged;
	assert_int_equal(ask(&stage, stage.section, "both"), -EBADMSG);
	assert_non_null(strstr(stage.logged.text, stage.damaged));
	/* neither "no BTF for this kernel" nor "nothing is embedded" */
	stage.opts.bundle_path = stage.missing;
	assert_int_equal(ask(&stage, stage.section, "both"), -EINVAL);
	assert_non_null(strstr(stage.logged.text, stage.missing));
	stage.opts.bundle_path = stage.text;
	assert_int_equal(ask(&stage, stage.section, "both"), -EINVAL);
	stage.opts.bundle_path = stage.root;
	assert_int_equal(ask(&stage, stage.section, "both"), -EINVAL);
	stage.opts.bundle_path = NULL;

	stage.opts.btf_path = stage.missing;
	assert_int_equal(ask(&stage, stage.section, "both"), -EINVAL);
	assert_non_null(strstr(stage.logged.text, stage.missing));
	stage.opts.btf_path = stage.text;
	assert_int_equal(ask(&stage, stage.section, "both"), -EBADMSG);
	assert_non_null(strstr(stage.logged.text, "neither BTF nor ELF"));
	stage.opts.btf_path = stage.empty;
	assert_int_equal(ask(&stage, stage.section, "both"), -EBADMSG);
	stage.opts.btf_path = stage.root;
	assert_int_equal(ask(&stage, stage.section, "both"), -EISDIR);

	/* Policies that there are not, though they are not needed here. */
	stage.opts.btf_path = stage.btf;
	stage.opts.nearest = 9;
	stage.opts.sz = sizeof(stage.opts);
	assert_int_equal(locate_path(&stage.host, stage.section, &(char *){NULL}, &stage.opts),
			 -EINVAL);
	stage.opts.nearest = 0;
	stage.opts.ambiguous = 9;
	assert_int_equal(locate_path(&stage.host, stage.section, &(char *){NULL}, &stage.opts),
			 -EINVAL);
	stage.opts.ambiguous = 0;
	stage.opts.btf_path = NULL;
	stage.opts.sz = 1;
	assert_int_equal(locate_path(&stage.host, stage.section, &(char *){NULL}, &stage.opts),
			 -EINVAL);
	stage_clear(&stage);
}

/* The exact kernel in a later source beats a neighbour in an earlier one. */
static void neighbours_come_last(void **state)
{
	static struct stage stage;

	stage_set(&stage);
	stage.opts.bundle_path = stage.file;
	assert_int_equal(ask(&stage, stage.section, "6.2.0-3-near"), -ENOENT);
	stage.opts.nearest = COREBTF_NEAREST_SURROUNDED;
	assert_int_equal(ask(&stage, stage.section, "6.1.0-3-near"), 'B');
	assert_int_equal(stage.origin.source, COREBTF_SOURCE_SECTION);
	assert_int_equal(stage.origin.match, COREBTF_MATCH_RELEASE);
	assert_int_equal(ask(&stage, stage.section, "6.2.0-3-near"), 'A');
	assert_int_equal(stage.origin.source, COREBTF_SOURCE_BUNDLE);
	assert_int_equal(stage.origin.match, COREBTF_MATCH_NEAREST);
	assert_string_equal(stage.origin.release, "6.2.0-2-near");
	assert_int_equal(ask(&stage, stage.section, "6.3.0-3-near"), -ENOENT);
	assert_int_equal(ask(&stage, stage.empty, "6.3.0-3-near"), -ENOENT);
	stage_clear(&stage);
}

/* The origin for the program's user; and which os-release is read. */
static void host_root_breaks_a_tie(void **state)
{
	static const char own[] = "ID=debian\nVERSION_ID=11\n",
			  hosts[] = "ID=debian\nVERSION_ID=12\n";
	static struct stage stage;

	stage_set(&stage);
	assert_int_equal(ask(&stage, stage.section, "tie"), -ENOTUNIQ);
	stage.opts.ambiguous = COREBTF_AMBIGUOUS_FIRST;
	assert_int_equal(ask(&stage, stage.section, "tie"), 'A');
	assert_int_equal(stage.origin.ambiguous, 1);
	stage.opts.ambiguous = COREBTF_AMBIGUOUS_REFUSE;
	folder_write(stage.root, "/etc/os-release", own, sizeof(own) - 1);
	folder_write(stage.root, "/mnt/etc/os-release", hosts, sizeof(hosts) - 1);
	assert_int_equal(ask(&stage, stage.section, "tie"), 'A');
	assert_int_equal(stage.origin.ambiguous, 0);
	assert_int_equal(stage.origin.match, COREBTF_MATCH_OS);
	assert_string_equal(stage.origin.version_id, "11");
	stage.opts.host_root = "/mnt";
	assert_int_equal(ask(&stage, stage.section, "tie"), 'B');
	assert_string_equal(stage.origin.os_id, "debian");
	assert_string_equal(stage.origin.version_id, "12");
	stage.opts.host_root = "";
	setenv("HOST_ROOT", "/mnt", 1);
	assert_int_equal(ask(&stage, stage.section, "tie"), 'B');
	unsetenv("HOST_ROOT");
	stage_clear(&stage);
}

/* Results that are not faults, and which of them is returned in the end. */
static void absence_or_fault(void **state)
{
	static const struct {
		int before, error, result, missed;
	} rules[] = {
		{-ENODATA, -ENODATA, SOURCE_PASS, -ENODATA},
		{-ENODATA, -ENOENT, SOURCE_PASS, -ENOENT},
		{-ENODATA, -ENOSYS, SOURCE_PASS, -ENOSYS},
		{-ENODATA, -EACCES, SOURCE_PASS, -EACCES},
		{-ENODATA, -EPERM, SOURCE_PASS, -EPERM},
		{-ENOENT, -ENODATA, SOURCE_PASS, -ENOENT},
		{-ENOENT, -EACCES, SOURCE_PASS, -ENOENT},
		{-EACCES, -ENOENT, SOURCE_PASS, -ENOENT},
		{-ENODATA, -EBADMSG, -EBADMSG, -ENODATA},
		{-ENODATA, -EOPNOTSUPP, -EOPNOTSUPP, -ENODATA},
		{-ENODATA, -ENOMEM, -ENOMEM, -ENODATA},
		{-ENODATA, -EMFILE, -EMFILE, -ENODATA},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct locate locate = {.missed = rules[i].before};

		assert_int_equal(source_pass(&locate, rules[i].error), rules[i].result);
		assert_int_equal(locate.missed, rules[i].missed);
	}
}

/* A caller compiled with an older header has a shorter struct and gets the fields that fit. */
static void shorter_structs(void **state)
{
	static struct stage stage;
	struct {
		size_t sz;
		enum corebtf_source source;
		int after;
	} origin = {.sz = offsetof(struct corebtf_origin, match), .after = 7};
	char *path = NULL;

	stage_set(&stage);
	strcpy(stage.uname.release, "both");
	stage.opts.sz = sizeof(stage.opts);
	stage.opts.ret_origin = (struct corebtf_origin *)&origin;
	assert_int_equal(locate_path(&stage.host, stage.section, &path, &stage.opts), 0);
	assert_int_equal(origin.source, COREBTF_SOURCE_SECTION);
	assert_int_equal(origin.after, 7);
	assert_int_equal(corebtf_path_free(path), 1);
	stage.opts.sz = offsetof(struct corebtf_path_opts, btf_path);
	stage.opts.btf_path = stage.missing; /* past the caller's end */
	assert_int_equal(locate_path(&stage.host, stage.section, &path, &stage.opts), 0);
	assert_int_equal(corebtf_path_free(path), 1);
	assert_int_equal(locate_path(&stage.host, stage.section, &path, NULL), 0);
	assert_int_equal(corebtf_path_free(path), 1);
	stage_clear(&stage);
}

/* A minimal ELF file with one section of that name, which holds RAW_BTF. */
static void write_elf(const char *folder, const char *path, const char *section)
{
	struct {
		Elf64_Ehdr header;
		Elf64_Shdr sections[3];
		char names[16];
		char btf[sizeof(RAW_BTF)];
	} file = {.btf = RAW_BTF};

	memcpy(file.header.e_ident, ELFMAG, SELFMAG);
	file.header.e_ident[EI_CLASS] = ELFCLASS64;
	file.header.e_ident[EI_DATA] =
		__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? ELFDATA2MSB : ELFDATA2LSB;
	file.header.e_shoff = offsetof(__typeof__(file), sections);
	file.header.e_shentsize = sizeof(Elf64_Shdr);
	file.header.e_shnum = 3;
	file.header.e_shstrndx = 1;
	strcpy(file.names + 1, section);
	file.sections[1] = (Elf64_Shdr){.sh_type = SHT_STRTAB,
					.sh_offset = offsetof(__typeof__(file), names),
					.sh_size = sizeof(file.names)};
	file.sections[2] = (Elf64_Shdr){.sh_name = 1,
					.sh_type = SHT_PROGBITS,
					.sh_offset = offsetof(__typeof__(file), btf),
					.sh_size = sizeof(file.btf)};
	folder_write(folder, path, &file, sizeof(file));
}

/* The files that libbpf looks for, last of all and in its order; those without BTF are passed
 * over. */
static void vmlinux_files(void **state)
{
	static const char *const places[] = {
		"/usr/lib/debug/lib/modules/vm/vmlinux",
		"/usr/lib/debug/boot/vmlinux-vm.debug",
		"/usr/lib/debug/boot/vmlinux-vm",
		"/usr/lib/modules/vm/kernel/vmlinux",
		"/lib/modules/vm/build/vmlinux",
		"/lib/modules/vm/vmlinux-vm",
		"/boot/vmlinux-vm",
	};
	static const char raw[32] = RAW_BTF;
	static struct stage stage;

	stage_set(&stage);
	folder_write(stage.root, "/boot/vmlinux-both", raw, sizeof(raw));
	assert_int_equal(ask(&stage, stage.section, "both"), 'B');
	assert_int_equal(ask(&stage, stage.section, "vm"), -ENOENT);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char *path = path_in(&stage, places[i] + 1);

		folder_write(stage.root, places[i], "text", 4);
		assert_int_equal(ask(&stage, stage.section, "vm"), i ? 0x9f : -ENOENT);
		write_elf(stage.root, places[i], ".debug_info");
		assert_int_equal(ask(&stage, stage.section, "vm"), i ? 0x9f : -ENOENT);
		if (i == 3) { /* an ELF file with BTF counts, too */
			write_elf(stage.root, places[i], ".BTF");
			assert_int_equal(ask(&stage, stage.section, "vm"), 0x7f);
		}
		folder_write(stage.root, places[i], raw, sizeof(raw));
		assert_int_equal(ask(&stage, stage.section, "vm"), 0x9f);
		assert_string_equal(stage.origin.file, path);
		assert_int_equal(stage.origin.source, COREBTF_SOURCE_VMLINUX);
		assert_int_equal(stage.origin.match, COREBTF_MATCH_NONE);
		assert_int_equal(access(path, R_OK), 0); /* freeing the path leaves the file */
		free(path);
	}
	assert_int_equal(ask(&stage, stage.empty, "vm"), 0x9f);
	stage_clear(&stage);
}

/* What goes to stderr when the program gives no log function. */
static void stderr_log(const char *variable, const char *expected)
{
	char text[4096] = "";
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO);
	struct corebtf *handle;

	assert_non_null(file);
	if (variable)
		setenv("COREBTF_LOG", variable, 1);
	dup2(fileno(file), STDERR_FILENO);
	assert_int_equal(corebtf_open_file("/does/not/exist", &handle, NULL), -ENOENT);
	dup2(before, STDERR_FILENO);
	close(before);
	unsetenv("COREBTF_LOG");
	rewind(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) < sizeof(text));
	fclose(file);
	assert_string_equal(text, expected);
}

static void log_to_stderr(void **state)
{
	stderr_log(NULL, "");
	stderr_log("", "");
	stderr_log("0", "");
	stderr_log("1", "corebtf: /does/not/exist: cannot be opened: No such file or directory\n");
}

static void copy_file(const char *from, const char *to)
{
	char bytes[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ssize_t got;

	assert_true(in >= 0 && out >= 0);
	while ((got = read(in, bytes, sizeof(bytes))) > 0)
		assert_int_equal(write(out, bytes, (size_t)got), got);
	assert_int_equal(got, 0);
	close(in);
	close(out);
}

/* Runs a copy of this program that belongs to another user, set-user-ID or not. */
static int run_copy(const char *copy, mode_t mode)
{
	int status = 0;
	pid_t child;

	assert_int_equal(chmod(copy, mode), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		execl(copy, copy, "secure", (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* A program with more rights than its caller ignores the variable. */
static void more_rights_than_the_caller(void **state)
{
	static struct stage stage;
	int plain, privileged = SKIPPED;
	char *copy;

	stage_set(&stage);
	copy = path_in(&stage, "copy");
	copy_file("/proc/self/exe", copy);
	setenv("COREBTF_BTF", "/forced", 1);
	setenv("COREBTF_LOG", "1", 1);
	plain = run_copy(copy, 0755);
	if (geteuid() == 0 && chown(copy, 65534, 65534) == 0 && chmod(stage.root, 0755) == 0)
		privileged = run_copy(copy, 04755);
	free(copy);
	unsetenv("COREBTF_LOG");
	stage_clear(&stage);
	assert_int_equal(plain, 1);
	if (privileged == SKIPPED) {
		print_message("cannot run a set-user-ID program here (not root, or nosuid)\n");
		skip();
	}
	assert_int_equal(privileged, 0);
}

/* The copy's status: 1 it used the variable, 0 it did not. */
static int secure_status(void)
{
	struct stat status;
	struct log log;

	/* Its mode is set-user-ID, but it got no rights: mounted with nosuid. */
	if (!stat("/proc/self/exe", &status) && status.st_mode & S_ISUID && !getauxval(AT_SECURE))
		return SKIPPED;
	log_set_output(&log, NULL, NULL);
	return log_is_on(&log) == (host_variable("COREBTF_BTF") != NULL) ? log_is_on(&log) : 2;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_of_the_sources),
		cmocka_unit_test(environment),
		cmocka_unit_test(what_ends_the_question),
		cmocka_unit_test(neighbours_come_last),
		cmocka_unit_test(host_root_breaks_a_tie),
		cmocka_unit_test(absence_or_fault),
		cmocka_unit_test(shorter_structs),
		cmocka_unit_test(vmlinux_files),
		cmocka_unit_test(log_to_stderr),
		cmocka_unit_test(more_rights_than_the_caller),
	};

	if (argc == 2 && !strcmp(argv[1], "secure"))
		_exit(secure_status()); /* a leak checker cannot inspect such a process */
	unsetenv("HOST_ROOT");
	unsetenv("HOST_ETC");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
