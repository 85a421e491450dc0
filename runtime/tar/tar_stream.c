/* SPDX-License-Identifier: MIT */
/*
 * zlib and liblzma behind one read(). Memory does not grow with the archive: gzip takes 40 kB, xz
 * its dictionary. The unpacked bytes are counted, so that an archive bomb ends at a fixed size.
 *
 * gzip and xz both allow several streams in a row, as `cat a.gz b.gz` and parallel packers make
 * them. Zero bytes after the last one are padding.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "runtime/tar/tar_stream.h"

#define GZIP_WINDOW	 (16 + MAX_WBITS) /* zlib's way to ask for gzip's header and checksum */
#define XZ_MEMORY_LIMIT	 (UINT64_C(128) << 20) /* twice what the largest preset takes */
#define SKIP_BUFFER_SIZE 4096

static const uint8_t gzip_magic[] = {0x1f, 0x8b};
static const uint8_t xz_magic[] = {0xfd, '7', 'z', 'X', 'Z', 0};

static const struct {
	const char *name;
	const char *magic;
} unread[] = {
	{"zstd", "\x28\xb5\x2f\xfd"},
	{"bzip2", "BZh"},
	{"lzip", "LZIP"},
	{"zip", "PK\x03\x04"},
};

static bool starts_with(const uint8_t *data, size_t size, const void *magic, size_t magic_size)
{
	return size >= magic_size && !memcmp(data, magic, magic_size);
}

/* The name of a packer that is not supported here; NULL: none of those. */
static const char *unread_packer(const void *start, size_t size)
{
	for (size_t i = 0; i < sizeof(unread) / sizeof(unread[0]); i++)
		if (starts_with(start, size, unread[i].magic, strlen(unread[i].magic)))
			return unread[i].name;
	return NULL;
}

bool tar_stream_is_packed(const void *start, size_t size)
{
	return starts_with(start, size, gzip_magic, sizeof(gzip_magic)) ||
	       starts_with(start, size, xz_magic, sizeof(xz_magic)) || unread_packer(start, size);
}

int tar_stream_open(struct tar_stream *stream, const void *data, size_t size, const struct log *log)
{
	const char *packer;

	memset(stream, 0, sizeof(*stream));
	stream->log = log;
	stream->input = data;
	stream->input_left = size;

	if (starts_with(data, size, gzip_magic, sizeof(gzip_magic))) {
		stream->codec = TAR_GZIP;
		if (inflateInit2(&stream->gzip, GZIP_WINDOW) != Z_OK)
			return log_error(log, -ENOMEM, "no memory to unpack gzip");
		return 0;
	}
	if (starts_with(data, size, xz_magic, sizeof(xz_magic))) {
		const lzma_stream none = LZMA_STREAM_INIT;

		stream->codec = TAR_XZ;
		stream->xz = none;
		if (lzma_stream_decoder(&stream->xz, XZ_MEMORY_LIMIT, LZMA_CONCATENATED) != LZMA_OK)
			return log_error(log, -ENOMEM, "no memory to unpack xz");
		return 0;
	}
	packer = unread_packer(data, size);
	if (packer)
		return log_error(log, -EBADMSG,
				 "packed with %s, which is not read here: use gzip or xz", packer);
	return 0;
}

void tar_stream_close(struct tar_stream *stream)
{
	switch (stream->codec) {
	case TAR_GZIP:
		inflateEnd(&stream->gzip);
		break;
	case TAR_XZ:
		lzma_end(&stream->xz);
		break;
	case TAR_PLAIN:
		break;
	}
}

static int damaged(const struct tar_stream *stream, const char *why)
{
	return log_error(stream->log, -EBADMSG, "%s, %" PRIu64 " bytes into the archive", why,
			 stream->position);
}

static int read_plain(struct tar_stream *stream, uint8_t *buffer, size_t size)
{
	size_t got = size < stream->input_left ? size : stream->input_left;

	memcpy(buffer, stream->input, got);
	stream->input += got;
	stream->input_left -= got;
	return (int)got;
}

/* Between two gzip streams: goes on with the next one, or ends. */
static int next_gzip(struct tar_stream *stream)
{
	while (stream->input_left && !*stream->input) {
		stream->input++;
		stream->input_left--;
	}
	if (!stream->input_left) {
		stream->ended = true;
		return 0;
	}
	if (!starts_with(stream->input, stream->input_left, gzip_magic, sizeof(gzip_magic)))
		return damaged(stream, "other bytes follow the gzip stream");
	inflateReset(&stream->gzip);
	return 0;
}

static int read_gzip(struct tar_stream *stream, uint8_t *buffer, size_t size)
{
	z_stream *gzip = &stream->gzip;
	int err = 0;

	gzip->next_out = buffer;
	gzip->avail_out = (uInt)size;
	while (!err && gzip->avail_out && !stream->ended) {
		uInt some = stream->input_left > INT_MAX ? INT_MAX : (uInt)stream->input_left;
		int result;

		gzip->next_in = (z_const Bytef *)stream->input;
		gzip->avail_in = some;
		result = inflate(gzip, Z_NO_FLUSH);
		stream->input += some - gzip->avail_in;
		stream->input_left -= some - gzip->avail_in;
		if (result == Z_STREAM_END)
			err = next_gzip(stream);
		else if (result == Z_MEM_ERROR)
			err = log_error(stream->log, -ENOMEM, "no memory to unpack gzip");
		else if (result == Z_BUF_ERROR)
			err = damaged(stream, "the gzip stream is cut off");
		else if (result != Z_OK)
			err = damaged(stream, "the gzip stream is damaged");
	}
	return err ? err : (int)(size - gzip->avail_out);
}

static int read_xz(struct tar_stream *stream, uint8_t *buffer, size_t size)
{
	lzma_stream *xz = &stream->xz;

	xz->next_out = buffer;
	xz->avail_out = size;
	while (xz->avail_out && !stream->ended) {
		lzma_ret result;

		xz->next_in = stream->input;
		xz->avail_in = stream->input_left;
		result = lzma_code(xz, LZMA_FINISH);
		stream->input = xz->next_in;
		stream->input_left = xz->avail_in;
		switch (result) {
		case LZMA_OK:
			break;
		case LZMA_STREAM_END:
			stream->ended = true;
			break;
		case LZMA_MEM_ERROR:
			return log_error(stream->log, -ENOMEM, "no memory to unpack xz");
		case LZMA_MEMLIMIT_ERROR:
			return damaged(stream, "the xz stream wants more memory than any preset");
		case LZMA_OPTIONS_ERROR:
			return damaged(stream,
				       "the xz stream has a filter that this liblzma lacks");
		case LZMA_BUF_ERROR:
			return damaged(stream, "the xz stream is cut off");
		default:
			return damaged(stream, "the xz stream is damaged");
		}
	}
	return (int)(size - xz->avail_out);
}

static int unpack(struct tar_stream *stream, uint8_t *buffer, size_t size)
{
	return stream->codec == TAR_GZIP ? read_gzip(stream, buffer, size)
					 : read_xz(stream, buffer, size);
}

/* A tar is read in blocks of 512 bytes; to inflate no more at a time takes a fifth longer. */
static int read_packed(struct tar_stream *stream, uint8_t *buffer, size_t size)
{
	size_t done = 0;

	while (done < size) {
		size_t some = stream->end - stream->start;
		int got;

		if (some) {
			if (some > size - done)
				some = size - done;
			memcpy(buffer + done, stream->ahead + stream->start, some);
			stream->start += some;
			done += some;
			continue;
		}
		if (size - done >= sizeof(stream->ahead)) {
			got = unpack(stream, buffer + done, size - done);
			done += got > 0 ? (size_t)got : 0;
		} else {
			got = unpack(stream, stream->ahead, sizeof(stream->ahead));
			stream->start = 0;
			stream->end = got > 0 ? (size_t)got : 0;
		}
		if (got < 0)
			return got;
		if (!got)
			break;
	}
	return (int)done;
}

int tar_stream_read(struct tar_stream *stream, void *buffer, size_t size)
{
	int got = stream->codec == TAR_PLAIN ? read_plain(stream, buffer, size)
					     : read_packed(stream, buffer, size);

	if (got < 0)
		return got;
	stream->position += (uint64_t)got;
	if (stream->position > TAR_STREAM_MAX_SIZE)
		return log_error(stream->log, -EFBIG,
				 "unpacks to more than %" PRIu64
				 " MiB, which is no archive of BTFs",
				 TAR_STREAM_MAX_SIZE >> 20);
	return got;
}

int tar_stream_skip(struct tar_stream *stream, uint64_t size)
{
	uint8_t buffer[SKIP_BUFFER_SIZE];

	while (size) {
		size_t wanted = size < sizeof(buffer) ? (size_t)size : sizeof(buffer);
		int got = tar_stream_read(stream, buffer, wanted);

		if (got < 0)
			return got;
		if ((size_t)got < wanted)
			return damaged(stream, "the archive ends inside a member");
		size -= wanted;
	}
	return 0;
}
