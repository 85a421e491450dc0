/* SPDX-License-Identifier: MIT */
/*
 * Which entry the running kernel gets, and which files of the host are read for it: made-up kernels
 * on made-up hosts, a folder in place of /. Every blob is one letter.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/open/handle.h"
#include "runtime/kernel/machine.h"
#include "tests/support/make_bundle.h"
#include "tests/support/runtime_support.h"

#define ID_1 "11111111111111111111"
#define ID_2 "22222222222222222222"

static const struct made_blob letters[] = {{"A", 1, 0}, {"B", 1, 0}, {"C", 1, 0}, {"D", 1, 0}};
enum { A, B, C, D };

static const struct made_entry entries[] = {
	/* one release, two kernels: Ubuntu's 18.04 HWE and its 20.04 */
	{.release = "5.4.0-58-generic",
	 .machine = "x86_64",
	 .os_id = "ubuntu",
	 .version_id = "18.04",
	 .blob = A},
	{.release = "5.4.0-58-generic",
	 .machine = "x86_64",
	 .os_id = "ubuntu",
	 .version_id = "20.04",
	 .blob = B},
	/* the names that archives have */
	{.release = "4.18.0", .machine = "x86_64", .os_id = "centos", .version_id = "8", .blob = A},
	{.release = "4.18.0", .machine = "x86_64", .os_id = "rhel", .version_id = "7", .blob = B},
	{.release = "4.18.0", .machine = "x86_64", .os_id = "rhel", .version_id = "8", .blob = C},
	{.release = "4.18.0",
	 .machine = "x86_64",
	 .os_id = "oracle",
	 .version_id = "8.x",
	 .blob = D},
	{.release = "4.14.0",
	 .machine = "x86_64",
	 .os_id = "amazon",
	 .version_id = "2018",
	 .blob = A},
	{.release = "4.14.0", .machine = "x86_64", .os_id = "amzn", .version_id = "2", .blob = B},
	{.release = "5.3.18",
	 .machine = "x86_64",
	 .os_id = "sles",
	 .version_id = "15-SP2",
	 .blob = A},
	{.release = "5.3.18",
	 .machine = "x86_64",
	 .os_id = "sles",
	 .version_id = "15.3",
	 .blob = B},
	{.release = "5.3.18",
	 .machine = "x86_64",
	 .os_id = "opensuse-leap",
	 .version_id = "15.3",
	 .blob = C},
	{.release = "5.10.0",
	 .machine = "x86_64",
	 .os_id = "debian",
	 .version_id = "bullseye",
	 .blob = A},
	{.release = "5.10.0",
	 .machine = "x86_64",
	 .os_id = "debian",
	 .version_id = "12",
	 .blob = B},
	{.release = "5.10.0",
	 .machine = "x86_64",
	 .os_id = "ubuntu",
	 .version_id = "focal",
	 .blob = C},
	{.release = "5.11.0",
	 .machine = "x86_64",
	 .os_id = "ubuntu",
	 .version_id = "20.04",
	 .blob = A},
	{.release = "5.11.0", .machine = "x86_64", .blob = B},
	/* uname -v: a known other one rules an entry out before an unknown one */
	{.release = "6.1.0", .machine = "x86_64", .uname_version = "#1 SMP one", .blob = A},
	{.release = "6.1.0", .machine = "x86_64", .uname_version = "#2 SMP two", .blob = B},
	{.release = "6.1.0", .machine = "x86_64", .blob = C},
	/* build-ids */
	{.release = "6.6.0", .machine = "x86_64", .build_id = ID_1, .os_id = "debian", .blob = A},
	{.release = "6.6.0", .machine = "x86_64", .build_id = ID_2, .blob = B},
	{.release = "6.6.1", .machine = "x86_64", .build_id = ID_1, .blob = A},
	/* one of a kind; the same bytes twice */
	{.release = "6.12.0",
	 .machine = "x86_64",
	 .os_id = "debian",
	 .version_id = "13",
	 .blob = A},
	{.release = "6.12.1",
	 .machine = "x86_64",
	 .os_id = "debian",
	 .version_id = "13",
	 .blob = A},
	{.release = "6.12.1",
	 .machine = "x86_64",
	 .os_id = "ubuntu",
	 .version_id = "24.04",
	 .blob = A},
	/* what uname says in a 32-bit process */
	{.release = "6.12.2", .machine = "x86", .blob = A},
	{.release = "6.12.2", .machine = "x86_64", .blob = B},
	{.release = "6.12.3", .machine = "arm64", .blob = C},
	/* alone */
	{.release = "6.1.1", .machine = "x86_64", .uname_version = "#1 SMP one", .blob = A},
	{.release = "6.1.2",
	 .machine = "x86_64",
	 .uname_version = "#1 SMP one",
	 .build_id = ID_1,
	 .blob = B},
	{.release = "6.12.4",
	 .machine = "x86_64",
	 .os_id = "ubuntu",
	 .version_id = "20.04",
	 .blob = A},
	{.release = "6.12.5",
	 .machine = "x86_64",
	 .os_id = "linuxmint",
	 .version_id = "21",
	 .blob = A},
	{.release = "6.12.6",
	 .machine = "x86_64",
	 .os_id = "ubuntu",
	 .uname_version = "#1 SMP Debian 6.12.9-1",
	 .blob = A},
};

struct notes {
	uint32_t sizes[3];
	char name[4];
	char build_id[20];
};

/* One host, one kernel, and the expected entry. */
struct host_case {
	const char *release, *machine, *uname_version;
	const char *build_id;	/* in /sys/kernel/notes */
	const char *os_release; /* of the host, seen at /proc/1/root */
	const char *container;	/* /etc/os-release */
	char letter;		/* 0: -ENOENT */
	enum corebtf_match match;
	int ambiguous;	   /* 1: refused, unless the first is asked for */
	const char *reads; /* which files: "n" notes, "o" os-release */
};

#define UBUNTU_18 "NAME=\"Ubuntu\"\nID=ubuntu\nVERSION_ID=\"18.04\"\n"
#define UBUNTU_20 "ID=ubuntu\nVERSION_ID=\"20.04\"\nVERSION_CODENAME=focal\n"
#define HWE	  "#64~18.04.1-Ubuntu SMP Wed Dec 9 17:11:11 UTC 2020"
#define NATIVE	  "#64-Ubuntu SMP Wed Dec 9 08:16:25 UTC 2020"
#define FOREIGN	  "#1 SMP Tue Mar 9 23:15:29 UTC 2021"

static const struct host_case cases[] = {
	/* uname -v distinguishes the two, whatever a file says */
	{"5.4.0-58-generic", "x86_64", HWE, NULL, NULL, UBUNTU_20, 'A', COREBTF_MATCH_UNAME_VERSION,
	 0, ""},
	{"5.4.0-58-generic", "x86_64", NATIVE, NULL, NULL, UBUNTU_18, 'B',
	 COREBTF_MATCH_UNAME_VERSION, 0, ""},
	{"5.4.0-58-generic", "x86_64", NATIVE, NULL, UBUNTU_20, UBUNTU_18, 'B',
	 COREBTF_MATCH_UNAME_VERSION, 0, ""},
	/* without it the host's os-release decides, and only then the container's */
	{"5.4.0-58-generic", "x86_64", FOREIGN, NULL, UBUNTU_20, UBUNTU_18, 'B', COREBTF_MATCH_OS,
	 0, "o"},
	{"5.4.0-58-generic", "x86_64", FOREIGN, NULL, UBUNTU_18, UBUNTU_20, 'A', COREBTF_MATCH_OS,
	 0, "o"},
	{"5.4.0-58-generic", "x86_64", FOREIGN, NULL, NULL, UBUNTU_18, 'A', COREBTF_MATCH_OS, 0,
	 "o"},
	/* nothing decides: refused */
	{"5.4.0-58-generic", "x86_64", FOREIGN, NULL, NULL, "ID=alpine\nVERSION_ID=3.19\n", 'A',
	 COREBTF_MATCH_RELEASE, 1, "o"},
	{"5.4.0-58-generic", "x86_64", FOREIGN, NULL, NULL, NULL, 'A', COREBTF_MATCH_RELEASE, 1,
	 "o"},
	{"5.4.0-58-generic", "x86_64", FOREIGN, NULL, "ID=ubuntu\nVERSION_ID=22.04\n", NULL, 'A',
	 COREBTF_MATCH_OS, 1, "o"},
	/* relatives in ID_LIKE come last, the first of them before the second */
	{"4.18.0", "x86_64", FOREIGN, NULL,
	 "ID=\"scientific\"\nID_LIKE=\"fedora centos ol\"\nVERSION_ID=\"8\"\n", NULL, 'A',
	 COREBTF_MATCH_OS, 0, "o"},
	{"4.18.0", "x86_64", FOREIGN, NULL, "ID=own\nID_LIKE='oracle centos'\nVERSION_ID=8\n", NULL,
	 'D', COREBTF_MATCH_OS, 0, "o"},
	{"4.18.0", "x86_64", FOREIGN, NULL, "ID=own\nID_LIKE=rhel\nVERSION_ID=8\n", NULL, 'B',
	 COREBTF_MATCH_OS, 1, "o"}, /* two versions of it */
	{"4.18.0", "x86_64", FOREIGN, NULL, "ID=rhel\nID_LIKE=centos\nVERSION_ID=8\n", NULL, 'C',
	 COREBTF_MATCH_OS, 0, "o"},

	/* names, on both sides */
	{"4.18.0", "x86_64", FOREIGN, NULL, "ID=\"centos\"\nVERSION_ID=\"8\"\n", NULL, 'A',
	 COREBTF_MATCH_OS, 0, "o"},
	{"4.18.0", "x86_64", FOREIGN, NULL, "ID=\"rhel\"\nVERSION_ID=\"8.4\"\n", NULL, 'C',
	 COREBTF_MATCH_OS, 0, "o"},
	{"4.18.0", "x86_64", FOREIGN, NULL, "ID=rhel\nVERSION_ID=7.x\n", NULL, 'B',
	 COREBTF_MATCH_OS, 0, "o"},
	{"4.18.0", "x86_64", FOREIGN, NULL, "ID=redhat\nVERSION_ID='8'\n", NULL, 'C',
	 COREBTF_MATCH_OS, 0, "o"},
	{"4.18.0", "x86_64", FOREIGN, NULL, "ID=\"ol\"\nVERSION_ID=\"8.9\"\n", NULL, 'D',
	 COREBTF_MATCH_OS, 0, "o"},
	{"4.14.0", "x86_64", FOREIGN, NULL, "ID=\"amzn\"\nVERSION_ID=\"2018.03\"\n", NULL, 'A',
	 COREBTF_MATCH_OS, 0, "o"},
	{"4.14.0", "x86_64", FOREIGN, NULL, "ID=amazon\nVERSION_ID=2\n", NULL, 'B',
	 COREBTF_MATCH_OS, 0, "o"},
	{"5.3.18", "x86_64", FOREIGN, NULL, "ID=\"sles\"\nVERSION_ID=\"15.2\"\n", NULL, 'A',
	 COREBTF_MATCH_OS, 0, "o"},
	{"5.3.18", "x86_64", FOREIGN, NULL, "ID=sles_sap\nVERSION_ID=15-SP3\n", NULL, 'B',
	 COREBTF_MATCH_OS, 0, "o"},
	{"5.3.18", "x86_64", FOREIGN, NULL, "ID=\"opensuse-leap\"\nVERSION_ID=\"15.3\"\n", NULL,
	 'C', COREBTF_MATCH_OS, 0, "o"},
	{"5.10.0", "x86_64", FOREIGN, NULL, "ID=debian\nVERSION_ID=\"11\"\n", NULL, 'A',
	 COREBTF_MATCH_OS, 0, "o"},
	{"5.10.0", "x86_64", FOREIGN, NULL, "ID=debian\nVERSION_CODENAME=bookworm\n", NULL, 'B',
	 COREBTF_MATCH_OS, 0, "o"},
	{"5.10.0", "x86_64", FOREIGN, NULL, UBUNTU_20, NULL, 'C', COREBTF_MATCH_OS, 0, "o"},
	/* uname -v names Debian, os-release which one; the container cannot make it an Ubuntu */
	{"5.10.0", "x86_64", "#1 SMP Debian 5.10.223-1 (2024-08-10)", NULL,
	 "ID=debian\nVERSION_ID=\"12\"\n", NULL, 'B', COREBTF_MATCH_UNAME_VERSION, 0, "o"},
	{"5.10.0", "x86_64", "#1 SMP Debian 5.10.223-1 (2024-08-10)", NULL, NULL, UBUNTU_20, 'A',
	 COREBTF_MATCH_UNAME_VERSION, 1, "o"},

	/* an entry without a distribution beats one of another distribution */
	{"5.11.0", "x86_64", "#1 SMP Debian 5.11.1-1", NULL, NULL, UBUNTU_20, 'B',
	 COREBTF_MATCH_RELEASE, 0, "o"},
	{"5.11.0", "x86_64", FOREIGN, NULL, NULL, UBUNTU_20, 'A', COREBTF_MATCH_OS, 0, "o"},

	/* uname -v as a whole */
	{"6.1.0", "x86_64", "#2 SMP two", NULL, NULL, NULL, 'B', COREBTF_MATCH_UNAME_VERSION, 0,
	 ""},
	{"6.1.0", "x86_64", "#3 SMP three", NULL, NULL, NULL, 'C', COREBTF_MATCH_RELEASE, 0, ""},

	/* build-ids: equal or ruled out; notes are read only when an entry has one */
	{"6.6.0", "x86_64", FOREIGN, ID_1, NULL, NULL, 'A', COREBTF_MATCH_BUILD_ID, 0, "n"},
	{"6.6.0", "x86_64", FOREIGN, ID_2, "ID=debian\n", NULL, 'B', COREBTF_MATCH_BUILD_ID, 0,
	 "n"},
	{"6.6.1", "x86_64", FOREIGN, ID_1, NULL, NULL, 'A', COREBTF_MATCH_BUILD_ID, 0, "n"},
	{"6.6.1", "x86_64", FOREIGN, ID_2, NULL, NULL, 0, COREBTF_MATCH_NONE, 0, "n"},
	{"6.6.1", "x86_64", FOREIGN, NULL, NULL, NULL, 'A', COREBTF_MATCH_RELEASE, 0, "n"},
	{"6.6.0", "x86_64", FOREIGN, NULL, "ID=debian\n", NULL, 'A', COREBTF_MATCH_OS, 0, "no"},

	/* uname -v of a lone entry is another, or names another distribution or version */
	{"6.1.1", "x86_64", "#1 SMP one", NULL, NULL, NULL, 'A', COREBTF_MATCH_RELEASE, 0, ""},
	{"6.1.1", "x86_64", "#2 SMP two", NULL, NULL, NULL, 0, COREBTF_MATCH_NONE, 0, ""},
	{"6.1.2", "x86_64", "#2 SMP two", ID_1, NULL, NULL, 'B', COREBTF_MATCH_BUILD_ID, 0, "n"},
	{"6.1.2", "x86_64", "#2 SMP two", NULL, NULL, NULL, 0, COREBTF_MATCH_NONE, 0, "n"},
	{"6.12.0", "x86_64", NATIVE, NULL, UBUNTU_20, NULL, 0, COREBTF_MATCH_NONE, 0, "o"},
	{"6.12.0", "x86_64", NATIVE, NULL, "ID=alpine\n", NULL, 0, COREBTF_MATCH_NONE, 0, "o"},
	{"6.12.0", "x86_64", "#1 SMP Debian 6.12.9-1", NULL, UBUNTU_20, NULL, 'A',
	 COREBTF_MATCH_RELEASE, 0, ""},
	{"6.12.0", "x86_64", "#1 SMP Debian 6.12.9-1~bpo12+1", NULL, NULL, NULL, 0,
	 COREBTF_MATCH_NONE, 0, ""},
	{"6.12.4", "x86_64", HWE, NULL, NULL, NULL, 0, COREBTF_MATCH_NONE, 0, ""},
	{"6.12.4", "x86_64", NATIVE, NULL, NULL, NULL, 'A', COREBTF_MATCH_RELEASE, 0, ""},
	/* but not when it names the parent of the host's own */
	{"6.12.5", "x86_64", NATIVE, NULL, "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", NULL, 'A',
	 COREBTF_MATCH_RELEASE, 0, "o"},
	{"6.12.5", "x86_64", NATIVE, NULL, "ID=linuxmint\nID_LIKE=arch\n", NULL, 0,
	 COREBTF_MATCH_NONE, 0, "o"},
	{"6.12.5", "x86_64", NATIVE, NULL, "ID=zorin\nID_LIKE=ubuntu\n", NULL, 0,
	 COREBTF_MATCH_NONE, 0, "o"},

	/* nor when the whole of uname -v agrees */
	{"6.12.6", "x86_64", "#1 SMP Debian 6.12.9-1", NULL, NULL, NULL, 'A', COREBTF_MATCH_RELEASE,
	 0, ""},

	/* nothing to decide: nothing is read */
	{"6.12.0", "x86_64", FOREIGN, ID_1, UBUNTU_20, UBUNTU_18, 'A', COREBTF_MATCH_RELEASE, 0,
	 ""},
	{"6.12.1", "x86_64", FOREIGN, ID_1, UBUNTU_20, NULL, 'A', COREBTF_MATCH_RELEASE, 0, ""},

	/* 32-bit names for 64-bit kernels. A 64-bit process ignores them; a 32-bit one takes the
	 * kernel of exactly that name first. */
	{"6.12.2", "i686", FOREIGN, NULL, NULL, NULL, sizeof(void *) == 8 ? 'B' : 'A',
	 COREBTF_MATCH_RELEASE, 0, ""},
	{"6.12.0", "i686", FOREIGN, NULL, NULL, NULL, 'A', COREBTF_MATCH_RELEASE, 0, ""},
	{"6.12.0", "i386", FOREIGN, NULL, NULL, NULL, 'A', COREBTF_MATCH_RELEASE, 0, ""},
	{"6.12.3", "armv7l", FOREIGN, NULL, NULL, NULL, 'C', COREBTF_MATCH_RELEASE, 0, ""},
	{"6.12.3", "armv8l", FOREIGN, NULL, NULL, NULL, 'C', COREBTF_MATCH_RELEASE, 0, ""},
	{"6.12.3", "aarch64", FOREIGN, NULL, NULL, NULL, 'C', COREBTF_MATCH_RELEASE, 0, ""},
	{"6.12.3", "x86_64", FOREIGN, NULL, NULL, NULL, 0, COREBTF_MATCH_NONE, 0, ""},
	{"6.12.2", "armv7l", FOREIGN, NULL, NULL, NULL, 0, COREBTF_MATCH_NONE, 0, ""},
};

static void write_text(const char *root, const char *path, const char *text)
{
	folder_write(root, path, text, strlen(text));
}

static char *make_root(const struct host_case *kase)
{
	struct notes notes = {.sizes = {4, 20, 3}, .name = "GNU"};
	char *root = folder_make();

	if (kase->build_id) {
		memcpy(notes.build_id, kase->build_id, 20);
		folder_write(root, "/sys/kernel/notes", &notes, sizeof(notes));
	}
	if (kase->os_release)
		write_text(root, "/proc/1/root/etc/os-release", kase->os_release);
	if (kase->container)
		write_text(root, "/etc/os-release", kase->container);
	return root;
}

/* What is out is logged once, however many rounds there are, and with its build-id. */
static void check_what_is_out(const char *text)
{
	const char *out = text;

	while ((out = strstr(out, ": out: "))) {
		const char *start = out, *end = strchrnul(out, '\n');

		while (start > text && start[-1] != '\n')
			start--;
		assert_null(memmem(end, strlen(end), start, (size_t)(end - start)));
		if (memmem(start, (size_t)(end - start), "its build-id", strlen("its build-id")))
			assert_non_null(memmem(start, (size_t)(end - start), "build-id 3131",
					       strlen("build-id 3131"))
						?: memmem(start, (size_t)(end - start),
							  "build-id 3232",
							  strlen("build-id 3232")));
		out = end;
	}
}

static void check_case(size_t number, struct corebtf *handle, struct logged *logged)
{
	const struct host_case *kase = &cases[number];
	const struct corebtf_kernel_opts first = {
		.sz = sizeof(first),
		.ambiguous = COREBTF_AMBIGUOUS_FIRST,
	};
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct utsname name = {0};
	char *root = make_root(kase), letter = 0;
	const void *btf;
	size_t size;
	int err;

	strcpy(name.release, kase->release);
	strcpy(name.machine, kase->machine);
	strcpy(name.version, kase->uname_version);
	handle->host = (struct host){.root = root, .uname = &name};
	logged->length = 0;
	logged->text[0] = '\0';
	err = corebtf_find_entry(handle, NULL, &entry);
	assert_int_equal(err == -ENOTUNIQ, kase->ambiguous);
	check_what_is_out(logged->text);
	if (kase->ambiguous) {
		assert_non_null(strstr(logged->text, "fits as well, with another BTF: bundle 0"));
		assert_non_null(strstr(logged->text, "; a build-id in them would"));
		logged->length = 0;
		logged->text[0] = '\0';
		err = corebtf_find_entry(handle, &first, &entry);
	}
	if (!err) {
		assert_int_equal(corebtf_entry_btf(handle, &entry, &btf, &size), 0);
		letter = *(const char *)btf;
	} else {
		assert_int_equal(err, -ENOENT);
	}
	if (letter != kase->letter || entry.match != kase->match ||
	    entry.ambiguous != kase->ambiguous)
		print_error("case %zu: %c, match %d, ambiguous %d\n%s", number, letter ?: '-',
			    entry.match, entry.ambiguous, logged->text);
	assert_int_equal(letter, kase->letter);
	assert_int_equal(entry.match, kase->match);
	assert_int_equal(entry.ambiguous, kase->ambiguous);
	assert_int_equal(strstr(logged->text, "/sys/kernel/notes") != NULL,
			 strchr(kase->reads, 'n') != NULL);
	assert_int_equal(strstr(logged->text, "host: os id") != NULL,
			 strchr(kase->reads, 'o') != NULL);
	assert_int_equal(strstr(logged->text, "ambiguous") != NULL, kase->ambiguous);
	handle->host = (struct host){.root = NULL};
	folder_remove(root);
	free(root);
}

static struct corebtf *open_entries(const struct made_entry *of, uint32_t count, bool big_endian,
				    uint8_t **bundle, struct logged *logged)
{
	const struct made_bundle what = {
		.big_endian = big_endian,
		.entries = of,
		.entry_count = count,
		.blobs = letters,
		.blob_count = 4,
		.block_count = 1,
	};
	struct corebtf_open_opts opts = logged_opts(logged);
	struct corebtf *handle;
	size_t size;

	*bundle = make_bundle(&what, &size);
	assert_int_equal(corebtf_open_memory(*bundle, size, &handle, &opts), 0);
	return handle;
}

static void each_host(void **state)
{
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		static struct logged logged;
		uint8_t *bundle;
		struct corebtf *handle = open_entries(entries, sizeof(entries) / sizeof(entries[0]),
						      big_endian, &bundle, &logged);

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			check_case(i, handle, &logged);
		corebtf_close(handle);
		free(bundle);
	}
}

/* A real one: what uname says under setarch leads to the entry of the 64-bit kernel. */
static void process_that_is_told_of_32_bits(void **state)
{
	static struct logged logged;
	struct made_entry own = {.blob = B};
	struct utsname name, linux32;
	struct corebtf *handle;
	uint8_t *bundle;
	int status;
	pid_t child;

	assert_int_equal(uname(&name), 0);
	own.release = name.release;
	own.machine = machine_canonical(name.machine);
	handle = open_entries(&own, 1, false, &bundle, &logged);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct corebtf_entry entry = {.sz = sizeof(entry)};

		if (personality(PER_LINUX32) < 0 || uname(&linux32) ||
		    !strcmp(linux32.machine, name.machine))
			_exit(77);
		_exit(corebtf_find_entry(handle, NULL, &entry) ||
		      strcmp(entry.machine, own.machine));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	corebtf_close(handle);
	free(bundle);
	if (WEXITSTATUS(status) == 77) {
		print_message("no 32-bit personality here\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_host),
		cmocka_unit_test(process_that_is_told_of_32_bits),
	};

	unsetenv("HOST_ROOT");
	unsetenv("HOST_ETC");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
