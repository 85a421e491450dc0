/* SPDX-License-Identifier: MIT */
/*
 * The functions of zlib and liblzma that the runtime needs, for machines whose libraries are not
 * installed here. The bundles of this test are not compressed, it computes no digest and reads no
 * archive: the one function that it needs is real, the others fail.
 */
#include <lzma.h>
#include <zlib.h>

uLong crc32_z(uLong sum, const Bytef *data, z_size_t size)
{
	uint32_t rest = ~(uint32_t)sum;

	while (size--) {
		rest ^= *data++;
		for (int bit = 0; bit < 8; bit++)
			rest = rest >> 1 ^ (rest & 1 ? UINT32_C(0xedb88320) : 0);
	}
	return (uint32_t)~rest;
}

uint64_t lzma_crc64(const uint8_t *data, size_t size, uint64_t sum)
{
	(void)data;
	(void)size;
	return sum;
}

lzma_ret lzma_stream_buffer_decode(uint64_t *memory_limit, uint32_t flags,
				   const lzma_allocator *allocator, const uint8_t *in,
				   size_t *in_position, size_t in_size, uint8_t *out,
				   size_t *out_position, size_t out_size)
{
	(void)memory_limit, (void)flags, (void)allocator, (void)in, (void)in_position;
	(void)in_size, (void)out, (void)out_position, (void)out_size;
	return LZMA_OPTIONS_ERROR;
}

int inflateInit2_(z_streamp stream, int bits, const char *version, int size)
{
	(void)stream, (void)bits, (void)version, (void)size;
	return Z_VERSION_ERROR;
}

int inflate(z_streamp stream, int flush)
{
	(void)stream, (void)flush;
	return Z_STREAM_ERROR;
}

int inflateReset(z_streamp stream)
{
	(void)stream;
	return Z_STREAM_ERROR;
}

int inflateEnd(z_streamp stream)
{
	(void)stream;
	return Z_STREAM_ERROR;
}

lzma_ret lzma_stream_decoder(lzma_stream *stream, uint64_t memory_limit, uint32_t flags)
{
	(void)stream, (void)memory_limit, (void)flags;
	return LZMA_OPTIONS_ERROR;
}

lzma_ret lzma_code(lzma_stream *stream, lzma_action action)
{
	(void)stream, (void)action;
	return LZMA_PROG_ERROR;
}

void lzma_end(lzma_stream *stream)
{
	(void)stream;
}
