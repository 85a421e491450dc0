/* SPDX-License-Identifier: MIT */
/*
 * Types as text that does not depend on type ids, as libbpf reads them.
 */
#ifndef COREBTF_TESTS_TYPE_TEXT_H
#define COREBTF_TESTS_TYPE_TEXT_H

#include <stdint.h>
#include <stdio.h>
#include <bpf/btf.h>

/* The word for a kind: "struct", "*", "forward", ...; an ENUM64 is an "enum" too. */
const char *type_text_word(uint32_t kind);

/* The name; "" for a type that has none. */
const char *type_text_name(const struct btf *btf, const struct btf_type *type);

/*
 * Writes a type as a member or a parameter refers to it: a named type as its kind and name, any
 * other with all of its content: "*const struct mm_struct", "[4] int u8", "struct 8 { a@0/0 ... }".
 */
void type_text_reference(FILE *out, const struct btf *btf, uint32_t id);

#endif
