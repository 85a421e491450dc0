/* SPDX-License-Identifier: MIT */
/*
 * The links of an archive that were read so far: the name of a link in, the name of the file at the
 * end of its chain out. Names are kept as hashes: 16 bytes for a link of any length, and nothing
 * for an archive without links.
 */
#ifndef COREBTF_TAR_LINKS_H
#define COREBTF_TAR_LINKS_H

#include <stddef.h>
#include <stdint.h>

/* The hash of a normalised name (util/link_path.h). Two names collide by chance once in 2^64 pairs;
 * an attacker who can make them collide could put wrong bytes into the archive as well. */
typedef uint64_t tar_name_hash;
tar_name_hash tar_links_hash(const char *name);

/* No archive of BTFs has more; the table takes 2 MiB then. */
#define TAR_LINKS_MAX 65536

struct tar_link {
	tar_name_hash name; /* 0: a free place */
	tar_name_hash target;
};

/* All zero to start with. */
struct tar_links {
	struct tar_link *table;
	size_t room; /* a power of two */
	size_t count;
};

void tar_links_release(struct tar_links *links);

/* A link; of several of one name the last one counts. @target "": it leads out of the archive.
 * Errors: -ENOMEM, -EFBIG more than TAR_LINKS_MAX. */
int tar_links_add(struct tar_links *links, tar_name_hash name, const char *target);

/* A file of that name replaces the link. */
void tar_links_remove(struct tar_links *links, tar_name_hash name);

/* Errors: -ELOOP a chain of more than LINK_PATH_FOLLOWED_MAX links; -EXDEV one leads out of the
 * archive.
 */
int tar_links_follow(const struct tar_links *links, tar_name_hash name, tar_name_hash *ret_end);

#endif
