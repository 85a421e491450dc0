/* SPDX-License-Identifier: MIT */
/*
 * Removes from the calling process what may be missing on a user's system: system calls, with
 * seccomp, and parts of the file system, with a mount namespace. This cannot be undone, so call
 * them in a child. On failure they end it with RESTRICT_SKIP: not possible here.
 */
#ifndef TESTS_SUPPORT_RESTRICT_H
#define TESTS_SUPPORT_RESTRICT_H

#define RESTRICT_SKIP 77

/* From now on memfd_create fails with @error. */
void refuse_memfd(int error);

/* As on a kernel before 6.3: memfd_create does not know MFD_NOEXEC_SEAL. */
void refuse_noexec_seal(void);

/* openat with O_TMPFILE fails with @error. */
void refuse_tmpfile(int error);

/* unshare, mount, or bind mounts alone, fail with @error, as in a container. */
void refuse_unshare(int error);
void refuse_mount(int error);
void refuse_bind_mount(int error);

/* The kernel does not list its BTFs (bpf(2) with BPF_BTF_GET_NEXT_ID), as if it had none. */
void refuse_btf_ids(int error);

/* From now on mounts and unmounts of this process affect no other one. */
void own_mounts(void);

/* An empty tmpfs on @folder, with mount's options in @data and @flags. */
void mount_empty(const char *folder, unsigned long flags, const char *data);

/* Everything that is mounted now becomes read-only. */
void mount_all_read_only(void);

/* Nothing in / but an empty folder /proc: mounted when @with_proc. */
void enter_empty_root(const char *folder, int with_proc);

/* Makes nobody the owner of @folder. */
void give_to_nobody(const char *folder);

/* A user that owns nothing, without capabilities; not_dumpable as a program with file
 * capabilities is. */
void become_nobody(int not_dumpable);

#endif
