/* SPDX-License-Identifier: MIT */
/*
 * The one table of distributions: their other names, and how much of a version tells their
 * kernels apart. Archives file by the least that does (BTFHub has rhel/8 for 8.0 to 8.10, but
 * ubuntu/20.04), so both sides are cut to that.
 */
#include <stddef.h>
#include <string.h>

#include "runtime/kernel/distro.h"
#include "runtime/util/digits.h"

#define UNKNOWN "unknown"

enum version_rule {
	VERSION_WHOLE,
	VERSION_MAJOR,	     /* 8.4, 7.x: the first number */
	VERSION_MAJOR_MINOR, /* 20.04.6: the first two */
	VERSION_SUSE,	     /* 15-SP4 is 15.4 */
	VERSION_AMAZON,	     /* 2014.03 to 2018.03 were Amazon Linux 1, all with one kernel */
};

static const struct {
	const char *alias;
	const char *id;
	enum version_rule rule;
} names[] = {
	{"debian", "debian", VERSION_MAJOR},
	{"ubuntu", "ubuntu", VERSION_MAJOR_MINOR},
	{"fedora", "fedora", VERSION_MAJOR},
	{"rhel", "rhel", VERSION_MAJOR},
	{"redhat", "rhel", VERSION_MAJOR},
	{"centos", "centos", VERSION_MAJOR},
	{"centos-stream", "centos", VERSION_MAJOR},
	{"ol", "ol", VERSION_MAJOR},
	{"oracle", "ol", VERSION_MAJOR},
	{"oraclelinux", "ol", VERSION_MAJOR},
	{"oracle-linux", "ol", VERSION_MAJOR},
	{"almalinux", "almalinux", VERSION_MAJOR},
	{"alma", "almalinux", VERSION_MAJOR},
	{"rocky", "rocky", VERSION_MAJOR},
	{"rockylinux", "rocky", VERSION_MAJOR},
	{"amzn", "amzn", VERSION_AMAZON},
	{"amazon", "amzn", VERSION_AMAZON},
	{"amazonlinux", "amzn", VERSION_AMAZON},
	{"amazon-linux", "amzn", VERSION_AMAZON},
	{"sles", "sles", VERSION_SUSE},
	{"sles_sap", "sles", VERSION_SUSE}, /* these four ship one kernel */
	{"sled", "sles", VERSION_SUSE},
	{"sle_hpc", "sles", VERSION_SUSE},
	{"suse", "sles", VERSION_SUSE},
	{"opensuse-leap", "opensuse-leap", VERSION_MAJOR_MINOR},
	{"opensuse", "opensuse-leap", VERSION_MAJOR_MINOR}, /* how Leap 42 called itself */
	{"leap", "opensuse-leap", VERSION_MAJOR_MINOR},
};

/* Sources: debian.org/releases, wiki.ubuntu.com/Releases. */
static const struct {
	const char *id;
	const char *codename;
	const char *version;
} codenames[] = {
	{"debian", "wheezy", "7"},	 {"debian", "jessie", "8"},
	{"debian", "stretch", "9"},	 {"debian", "buster", "10"},
	{"debian", "bullseye", "11"},	 {"debian", "bookworm", "12"},
	{"debian", "trixie", "13"},	 {"debian", "forky", "14"},
	{"debian", "duke", "15"},	 {"ubuntu", "precise", "12.04"},
	{"ubuntu", "trusty", "14.04"},	 {"ubuntu", "utopic", "14.10"},
	{"ubuntu", "vivid", "15.04"},	 {"ubuntu", "wily", "15.10"},
	{"ubuntu", "xenial", "16.04"},	 {"ubuntu", "yakkety", "16.10"},
	{"ubuntu", "zesty", "17.04"},	 {"ubuntu", "artful", "17.10"},
	{"ubuntu", "bionic", "18.04"},	 {"ubuntu", "cosmic", "18.10"},
	{"ubuntu", "disco", "19.04"},	 {"ubuntu", "eoan", "19.10"},
	{"ubuntu", "focal", "20.04"},	 {"ubuntu", "groovy", "20.10"},
	{"ubuntu", "hirsute", "21.04"},	 {"ubuntu", "impish", "21.10"},
	{"ubuntu", "jammy", "22.04"},	 {"ubuntu", "kinetic", "22.10"},
	{"ubuntu", "lunar", "23.04"},	 {"ubuntu", "mantic", "23.10"},
	{"ubuntu", "noble", "24.04"},	 {"ubuntu", "oracular", "24.10"},
	{"ubuntu", "plucky", "25.04"},	 {"ubuntu", "questing", "25.10"},
	{"ubuntu", "resolute", "26.04"},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ASCII only: a locale must not change which names are equal. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

/* A name that does not fit is not known: half a name is a wrong name. */
static void copy_lower(const char *from, char to[static DISTRO_NAME_SIZE])
{
	size_t length = strlen(from);

	to[0] = '\0';
	if (length >= DISTRO_NAME_SIZE)
		return;
	for (size_t i = 0; i <= length; i++)
		to[i] = lower(from[i]);
}

/* The number of a codename at the start of @text, which ends at its last letter ("precise1",
 * "bookworm/sid"); NULL: it is none. */
static const char *number_of_codename(const char *id, const char *text)
{
	size_t length = 0;

	while (is_letter(text[length]))
		length++;
	for (size_t i = 0; length && i < COUNT_OF(codenames); i++)
		if (!strcmp(codenames[i].id, id) && strlen(codenames[i].codename) == length &&
		    !strncmp(codenames[i].codename, text, length))
			return codenames[i].version;
	return NULL;
}

/* Cuts @version, which starts with a digit, by the rule. */
static void cut_version(enum version_rule rule, char version[static DISTRO_NAME_SIZE])
{
	size_t major = count_digits(version), minor;

	switch (rule) {
	case VERSION_WHOLE:
		return;
	case VERSION_AMAZON:
		version[major] = '\0';
		if (major == 4 && strcmp(version, "2010") >= 0 && strcmp(version, "2018") <= 0)
			strcpy(version, "1");
		return;
	case VERSION_MAJOR:
		version[major] = '\0';
		return;
	case VERSION_SUSE:
		/* "15-sp4" and "15 sp4": the number after the letters takes their place */
		minor = major;
		if (version[minor] == '-' || version[minor] == ' ' || version[minor] == '_')
			minor++;
		if (!strncmp(version + minor, "sp", 2) && is_digit(version[minor + 2])) {
			memmove(version + major + 1, version + minor + 2,
				strlen(version + minor + 2) + 1);
			version[major] = '.';
		}
		/* fall through */
	case VERSION_MAJOR_MINOR:
		minor = version[major] == '.' ? count_digits(version + major + 1) : 0;
		version[minor ? major + 1 + minor : major] = '\0';
		return;
	}
}

void distro_normalise(const char *id, const char *version_id, struct distro *ret_distro)
{
	enum version_rule rule = VERSION_WHOLE;
	const char *number;

	copy_lower(id, ret_distro->id);
	copy_lower(version_id, ret_distro->version);
	/* `corebtf convert` gives folders this name when the id is not known. */
	if (!strcmp(ret_distro->id, UNKNOWN))
		ret_distro->id[0] = '\0';
	if (!strcmp(ret_distro->version, UNKNOWN))
		ret_distro->version[0] = '\0';
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strcmp(names[i].alias, ret_distro->id) != 0)
			continue;
		strcpy(ret_distro->id, names[i].id);
		rule = names[i].rule;
		break;
	}
	number = number_of_codename(ret_distro->id, ret_distro->version);
	if (number)
		strcpy(ret_distro->version, number);
	else if (is_digit(ret_distro->version[0]))
		cut_version(rule, ret_distro->version);
}

/* Ubuntu: the first word is "#64~18.04.1-Ubuntu", on old backports "#57~precise1-Ubuntu". */
static bool from_ubuntu(const char *word, size_t length, struct distro_hint *hint)
{
	static const char end[] = "-Ubuntu";
	char text[DISTRO_NAME_SIZE];
	char *tilde, *dash;

	if (length >= sizeof(text) || length < sizeof(end) - 1)
		return false;
	memcpy(text, word, length);
	text[length] = '\0';
	dash = text + length - (sizeof(end) - 1);
	if (strcmp(dash, end) != 0)
		return false;
	*dash = '\0';
	tilde = strchr(text, '~');
	distro_normalise("ubuntu", tilde ? tilde + 1 : "", &hint->distro);
	hint->native = !tilde;
	/* A tilde without a version after it is a private build. */
	if (!is_digit(hint->distro.version[0]))
		hint->distro.version[0] = '\0';
	return true;
}

/*
 * Debian: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.90-1 (2024-05-03)"; a package for an older release
 * says so in its version: "Debian 5.10.127-2~bpo10+1" of the backports, "5.10.218-1~deb10u1" of the
 * updates.
 */
static bool from_debian(const char *uname_version, struct distro_hint *hint)
{
	static const char *const marks[] = {"~bpo", "~deb"};
	const char *name = strstr(uname_version, " Debian "), *package;
	char version[DISTRO_NAME_SIZE];
	size_t length;

	if (!name)
		return false;
	package = name + strlen(" Debian ");
	length = strcspn(package, " ");
	distro_normalise("debian", "", &hint->distro);
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		const char *mark = memmem(package, length, marks[i], strlen(marks[i]));
		size_t digits = mark ? count_digits(mark + strlen(marks[i])) : 0;

		if (!digits || digits >= sizeof(version))
			continue;
		memcpy(version, mark + strlen(marks[i]), digits);
		version[digits] = '\0';
		distro_normalise("debian", version, &hint->distro);
	}
	return true;
}

bool distro_from_uname_version(const char *uname_version, struct distro_hint *ret_hint)
{
	struct distro_hint hint = {.native = false};

	if (from_ubuntu(uname_version, strcspn(uname_version, " "), &hint)) {
		*ret_hint = hint;
		return true;
	}
	if (from_debian(uname_version, &hint)) {
		*ret_hint = hint;
		return true;
	}
	return false;
}

uint32_t distro_version_number(const char *version)
{
	uint32_t parts[2] = {0, 0};

	for (size_t i = 0; i < 2 && is_digit(*version); i++) {
		for (; is_digit(*version); version++)
			if (parts[i] < 10000)
				parts[i] = parts[i] * 10 + (uint32_t)(*version - '0');
		if (*version == '.')
			version++;
	}
	return parts[0] * 100000 + parts[1];
}
