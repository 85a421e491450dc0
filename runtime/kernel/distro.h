/* SPDX-License-Identifier: MIT */
/* One name and one version for one distribution: os-release, BTF archives and people write them in
 * several ways. Both sides normalise them here before they compare. */
#ifndef COREBTF_DISTRO_H
#define COREBTF_DISTRO_H

#include <stdbool.h>
#include <stdint.h>

#define DISTRO_NAME_SIZE 64

struct distro {
	char id[DISTRO_NAME_SIZE];	/* "": not known */
	char version[DISTRO_NAME_SIZE]; /* "": not known */
};

/*
 * Normalises os-release's ID and VERSION_ID, or an archive's folders: oracle is ol, rhel 8.4 is 8,
 * Debian's bookworm is 12. A name that the table does not have becomes lower-case; one that does
 * not fit is not known.
 */
void distro_normalise(const char *id, const char *version_id, struct distro *ret_distro);

/* What `uname -v` says of the distribution that built the kernel. */
struct distro_hint {
	struct distro distro;
	/* Built for the release whose own kernel series it is: not a backport ("HWE") to an
	 * older one. Its version is not known then, but it is the newest of those that fit. */
	bool native;
};

/* "#64~18.04.1-Ubuntu SMP ..." is ubuntu 18.04, "#64-Ubuntu SMP ..." is native ubuntu; "... Debian
 * 5.10.127-2~bpo10+1 ..." is debian 10. Returns false when it says nothing. */
bool distro_from_uname_version(const char *uname_version, struct distro_hint *ret_hint);

/* The first two numbers of a version, to compare which is newer: "20.04" is less than "20.10". 0
 * when there are none. */
uint32_t distro_version_number(const char *version);

#endif
