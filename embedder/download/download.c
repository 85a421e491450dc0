/* SPDX-License-Identifier: MIT */
/*
 * The cache has a file for each URL, named by the URL's digest: the server's ETag in the first
 * line, then the bytes. So both are of one version.
 */
#include "embedder/download/download.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "embedder/download/sha256.h"
#include "embedder/download/transfer.h"
#include "embedder/download/url.h"
#include "embedder/hub/cache.h"
#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"

void download_free(struct download *download)
{
	free(download->data);
	*download = (struct download){0};
}

/* A copy in the cache. */
struct copy {
	struct output_folder folder;
	struct sha256_text name;
	char tag[TRANSFER_TAG_MAX];
	void *data; /* NULL: there is none */
	size_t size;
};

static void close_copy(struct copy *copy)
{
	if (copy->folder.fd >= 0)
		output_folder_close(&copy->folder);
	free(copy->data);
}

/* Whoever can write there decides what runs: under sudo with the user's HOME that may be another.
 */
static bool is_ours(const struct output_folder *folder)
{
	struct stat status;

	return fstat(folder->fd, &status) == 0 && status.st_uid == geteuid() &&
	       !(status.st_mode & (S_IWGRP | S_IWOTH));
}

/* What cannot be read is as if it were not there. */
static void open_copy(const char *url, size_t limit, struct copy *copy, struct reason *why)
{
	_cleanup_free_ char *file = NULL;
	char *newline;
	size_t size = 0;

	copy->name = sha256_of(url, strlen(url));
	if (cache_open_programs(&copy->folder, why)) {
		copy->folder.fd = -1;
		return;
	}
	if (!is_ours(&copy->folder)) {
		reason_set(why, -EPERM,
			   "the cache belongs to somebody else, or others may write it");
		output_folder_close(&copy->folder);
		copy->folder.fd = -1;
		return;
	}
	if (output_folder_read(&copy->folder, copy->name.text, limit + TRANSFER_TAG_MAX,
			       (void **)&file, &size, NULL))
		return;
	newline = memchr(file, '\n', size < TRANSFER_TAG_MAX ? size : TRANSFER_TAG_MAX);
	if (!newline)
		return;
	copy->size = size - (size_t)(newline + 1 - file);
	copy->data = malloc(copy->size + 1);
	if (!copy->data)
		return;
	memcpy(copy->data, newline + 1, copy->size);
	memcpy(copy->tag, file, (size_t)(newline - file));
}

static int save_copy(const struct copy *copy, const struct transfer *transfer, struct reason *why)
{
	struct byte_buffer file = {0};
	int err;

	if (copy->folder.fd < 0)
		return -EINVAL;
	byte_buffer_append(&file, transfer->tag, strlen(transfer->tag));
	byte_buffer_append_u8(&file, '\n');
	byte_buffer_append(&file, transfer->data, transfer->size);
	err = byte_buffer_failed(&file) ? reason_set(why, -ENOMEM, "out of memory")
					: output_folder_save(&copy->folder, copy->name.text,
							     file.data, file.size, why);
	byte_buffer_free(&file);
	return err;
}

static void take_copy(struct copy *copy, struct download *download)
{
	download->data = copy->data;
	download->size = copy->size;
	download->is_cached = true;
	copy->data = NULL;
}

/* Asks the server; a copy is taken if it has nothing newer, or does not answer. */
static int ask(const char *url, const struct url *parts, size_t limit, struct copy *copy,
	       struct download *download, struct reason *why)
{
	struct transfer transfer = {0};
	int err = transfer_get(url, parts->is_https, copy->data ? copy->tag : NULL, limit,
			       &transfer, why);

	if (err == -EHOSTUNREACH && copy->data) {
		download->note = *why;
		take_copy(copy, download);
		return 0;
	}
	if (err)
		return err;
	if (transfer.is_unchanged) {
		take_copy(copy, download);
		return 0;
	}
	download->data = transfer.data;
	download->size = transfer.size;
	save_copy(copy, &transfer, &download->cache);
	return 0;
}

static int check_digest(const struct download *download, const char *sha256, struct reason *why)
{
	if (!sha256 || strcasecmp(download->digest, sha256) == 0)
		return 0;
	return reason_set(why, -EBADMSG,
			  "its SHA-256 is %s, and not what --sha256 says: it was changed, or the "
			  "digest is of another version",
			  download->digest);
}

int download_get(const char *text, const char *sha256, size_t limit, struct download *ret_download,
		 struct reason *why)
{
	_cleanup_(close_copy) struct copy copy = {.folder = {.fd = -1}};
	_cleanup_(download_free) struct download download = {0};
	struct url url;
	int err = url_read(text, &url, why);

	if (err)
		return err;
	if (!url.is_safe && !sha256)
		return reason_set(why, -EINVAL,
				  "http:// can be changed on its way: use https://, or pin what is "
				  "there with --sha256");
	snprintf(download.name, sizeof(download.name), "%s", url.name);
	open_copy(text, limit, &copy, &download.cache);
	if (sha256 && copy.data && strcasecmp(sha256_of(copy.data, copy.size).text, sha256) == 0)
		take_copy(&copy, &download);
	else
		err = ask(text, &url, limit, &copy, &download, why);
	if (err)
		return err;
	snprintf(download.digest, sizeof(download.digest), "%s",
		 sha256_of(download.data, download.size).text);
	err = check_digest(&download, sha256, why);
	if (err)
		return err;
	*ret_download = download;
	download = (struct download){0};
	return 0;
}
