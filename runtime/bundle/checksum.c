/* SPDX-License-Identifier: MIT */
/*
 * With zlib's crc32_z(), a quarter of a nanosecond a byte, the checksum of the BTF was half of a
 * lookup's instructions. The instructions for it that many processors have are four times as fast.
 *
 * Whether this one has them is asked of the C library, which knows. Each cpuid, of which the
 * compiler's __builtin_cpu_supports() executes several when a program starts, takes longer in a
 * virtual machine than the checksum.
 */
#include <zlib.h>

#include "runtime/bundle/checksum.h"

#if defined(__x86_64__) && defined(__has_include)
#if __has_include(<sys/platform/x86.h>) /* glibc from 2.33 on */
#include <sys/platform/x86.h>
#include <wmmintrin.h>
#define CHECKSUM_CAN_FOLD CPU_FEATURE_ACTIVE(PCLMULQDQ)
#endif
#elif defined(__aarch64__) && defined(__linux__)
#include <string.h>
#include <sys/auxv.h>
#define HAS_CRC32 (1UL << 7) /* HWCAP_CRC32 of the kernel's ABI (asm/hwcap.h) */
#endif

#ifdef CHECKSUM_CAN_FOLD
#define FOLDED __attribute__((target("pclmul")))

/* Takes @bytes 16 bytes or more behind @sum into it: both halves of the sum are multiplied by what
 * shifting it that far gives, modulo the polynomial. */
FOLDED static inline __m128i fold(__m128i sum, __m128i shift, __m128i bytes)
{
	__m128i low = _mm_clmulepi64_si128(sum, shift, 0x00);
	__m128i high = _mm_clmulepi64_si128(sum, shift, 0x11);

	return _mm_xor_si128(bytes, _mm_xor_si128(low, high));
}

/*
 * At least 64 bytes, by Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
 * Instruction" (Intel, 2009), where the constants are from: four sums of 16 bytes in turns, which
 * are then folded into one. Its 16 bytes have the CRC of all, which zlib computes.
 */
FOLDED static uint32_t fold_all(uint32_t crc, const uint8_t *data, size_t size)
{
	const __m128i by_64 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
	const __m128i by_16 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
	const __m128i *next = (const void *)data;
	__m128i sums[4];
	uint8_t left[16];

	for (int i = 0; i < 4; i++)
		sums[i] = _mm_loadu_si128(next++);
	sums[0] = _mm_xor_si128(sums[0], _mm_cvtsi32_si128((int)~crc));
	for (size -= 64; size >= 64; size -= 64)
		for (int i = 0; i < 4; i++)
			sums[i] = fold(sums[i], by_64, _mm_loadu_si128(next++));
	for (int i = 1; i < 4; i++)
		sums[0] = fold(sums[0], by_16, sums[i]);
	for (; size >= 16; size -= 16)
		sums[0] = fold(sums[0], by_16, _mm_loadu_si128(next++));
	_mm_storeu_si128((void *)left, sums[0]);
	crc = (uint32_t)crc32_z(UINT32_MAX, left, sizeof(left)); /* a start of 0, not inverted */
	return (uint32_t)crc32_z(crc, (const void *)next, size);
}
#endif

#ifdef HAS_CRC32
/* As assembly: gcc and clang do not agree on how functions get the intrinsics. */
static uint32_t by_instruction(uint32_t crc, const uint8_t *data, size_t size)
{
	uint64_t word;

	crc = ~crc;
	for (; size >= sizeof(word); size -= sizeof(word), data += sizeof(word)) {
		memcpy(&word, data, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		word = __builtin_bswap64(word);
#endif
		__asm__(".arch_extension crc\n\tcrc32x %w0, %w0, %x1" : "+r"(crc) : "r"(word));
	}
	for (; size; size--, data++)
		__asm__(".arch_extension crc\n\tcrc32b %w0, %w0, %w1"
			: "+r"(crc)
			: "r"((uint32_t)*data));
	return ~crc;
}
#endif

uint32_t checksum_add(uint32_t sum, const void *data, size_t size)
{
#ifdef CHECKSUM_CAN_FOLD
	if (size >= 64 && CHECKSUM_CAN_FOLD)
		return fold_all(sum, data, size);
#endif
#ifdef HAS_CRC32
	if (getauxval(AT_HWCAP) & HAS_CRC32)
		return by_instruction(sum, data, size);
#endif
	return (uint32_t)crc32_z(sum, data, size);
}
