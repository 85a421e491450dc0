/* SPDX-License-Identifier: MIT */
/*
 * A pack and the kernels that it was made of: whether it has all of their types, and no others.
 *
 *	packing_init(), kernel_input_add() and its filters, pack_verification_run()
 */
#ifndef COREBTF_ENGINE_PACK_VERIFICATION_H
#define COREBTF_ENGINE_PACK_VERIFICATION_H

#include "embedder/engine/packing.h"

struct pack_verification {
	size_t kernels;			/* in the pack */
	uint32_t types;			/* distinct ones */
	size_t same, differing, absent; /* of the originals; absent ones are not in the pack */
};

/*
 * Reads the pack at @path and checks every checksum in it; then packs the originals, which are the
 * kernels of @originals, and compares the digests of their types. Kernels that differ are reported
 * as failures. Errors: those of reading the pack; -ENOENT no original could be used.
 */
int pack_verification_run(const char *path, struct packing *originals, unsigned int jobs,
			  uint64_t memory, struct pack_verification *ret_result,
			  struct reason *why);

#endif
