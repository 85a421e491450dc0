/* SPDX-License-Identifier: MIT */
#include "embedder/dwarf/dwarf_digest.h"

#include <dwarf.h>
#include <stdlib.h>

#include "embedder/dwarf/dwarf_encoding.h"
#include "embedder/dwarf/dwarf_member.h"

/* Types inside types; the kernel's reach some 30. */
#define DEPTH_MAX 400

#define KNOWN_MIN 8192
#define KNOWN_MAX (UINT32_C(1) << 20)

/* How far a digest goes into a struct or union with a name. */
enum reach {
	BY_VALUE, /* all of it */
	BY_NAME,  /* behind a pointer */
};

/* --- known digests ---------------------------------------------------------------------------- */

int dwarf_digester_init(struct dwarf_digester *digester)
{
	digester->known = calloc(KNOWN_MIN, sizeof(*digester->known));
	digester->known_mask = KNOWN_MIN - 1;
	digester->generation = 1;
	return digester->known ? 0 : -ENOMEM;
}

void dwarf_digester_free(struct dwarf_digester *digester)
{
	free(digester->known);
	digester->known = NULL;
}

void dwarf_digester_forget(struct dwarf_digester *digester)
{
	digester->known_count = 0;
	digester->generation++;
	if (digester->generation)
		return;
	memset(digester->known, 0, ((size_t)digester->known_mask + 1) * sizeof(*digester->known));
	digester->generation = 1;
}

/* The entry for @key, or the free one where it belongs. */
static struct dwarf_known_digest *find_known(const struct dwarf_digester *digester, uint64_t key)
{
	uint32_t slot = (uint32_t)(dwarf_mix(0, key) >> 20) & digester->known_mask;

	for (;; slot = (slot + 1) & digester->known_mask) {
		struct dwarf_known_digest *known = &digester->known[slot];

		if (known->generation != digester->generation || known->key == key)
			return known;
	}
}

static int grow_known(struct dwarf_digester *digester)
{
	struct dwarf_digester grown = *digester;

	grown.known_mask = digester->known_mask * 2 + 1;
	grown.known = calloc((size_t)grown.known_mask + 1, sizeof(*grown.known));
	if (!grown.known)
		return -ENOMEM;
	for (uint32_t i = 0; i <= digester->known_mask; i++)
		if (digester->known[i].generation == digester->generation)
			*find_known(&grown, digester->known[i].key) = digester->known[i];
	free(digester->known);
	*digester = grown;
	return 0;
}

static int remember(struct dwarf_digester *digester, uint64_t key, uint64_t digest,
		    struct reason *why)
{
	if (digester->known_count == KNOWN_MAX)
		return reason_set(why, -E2BIG,
				  "DWARF: a unit has more than %u types, which no kernel has",
				  KNOWN_MAX);
	if (digester->known_count > digester->known_mask / 2 && grow_known(digester))
		return reason_set(why, -ENOMEM, "out of memory");
	*find_known(digester, key) = (struct dwarf_known_digest){key, digest, digester->generation};
	digester->known_count++;
	return 0;
}

/* --- digests ---------------------------------------------------------------------------------- */

/* One computation: the digest so far. */
struct sum {
	uint64_t hash;
	uint64_t open; /* DWARF_DIGEST_OPEN or 0 */
};

static void add(struct sum *sum, uint64_t value)
{
	sum->hash = dwarf_mix(sum->hash, value);
}

static int digest_at(struct dwarf_digester *digester, uint64_t place, enum reach reach,
		     unsigned int depth, uint64_t *ret_digest, struct reason *why);

/* Adds the digest of the type at @place. */
static int add_type(struct dwarf_digester *digester, struct sum *sum, uint64_t place,
		    enum reach reach, unsigned int depth, struct reason *why)
{
	uint64_t digest;
	int err = digest_at(digester, place, reach, depth + 1, &digest, why);

	if (err)
		return err;
	add(sum, digest);
	sum->open |= digest & DWARF_DIGEST_OPEN;
	return 0;
}

static int add_name(struct dwarf_digester *digester, struct sum *sum,
		    const struct dwarf_entry *entry, struct reason *why)
{
	struct dwarf_name name;
	int err = dwarf_names_get(digester->names, digester->units, entry, &name, why);

	if (!err)
		add(sum, name.hash);
	return err;
}

static int add_member(struct dwarf_digester *digester, void *context,
		      const struct dwarf_entry *child, enum reach reach, unsigned int depth,
		      struct reason *why)
{
	struct sum *sum = context;
	bool big_endian = digester->units->sections->big_endian;
	struct dwarf_member member;
	int err;

	if (child->abbrev->tag != DW_TAG_member)
		return 0;
	member = (struct dwarf_member){
		.location = dwarf_entry_get(child, DWARF_MEMBER_LOCATION, 0),
		.bit_size = dwarf_entry_get(child, DWARF_BIT_SIZE, 0),
		.has_data_bit_offset = dwarf_entry_has(child, DWARF_DATA_BIT_OFFSET),
		.data_bit_offset = dwarf_entry_get(child, DWARF_DATA_BIT_OFFSET, 0),
		.bit_offset = dwarf_entry_get(child, DWARF_BIT_OFFSET, 0),
		/* Without it, it is the size of the type, which is in the digest. */
		.storage_size = dwarf_entry_get(child, DWARF_BYTE_SIZE, 0),
	};
	err = add_name(digester, sum, child, why);
	if (err)
		return err;
	add(sum, dwarf_member_bit_offset(&member, big_endian) << 8 | member.bit_size);
	return add_type(digester, sum, dwarf_entry_get(child, DWARF_TYPE, 0), BY_VALUE, depth, why);
}

/*
 * add_member() for the members of a struct that are no bit-fields, as compilers nearly always write
 * them: read at fixed places. Goes on until there is another kind of child, and leaves its place
 * in *@place. Four fifths of the entries that a digest reads are such members.
 */
static int add_plain_members(struct dwarf_digester *digester, struct sum *sum,
			     struct dwarf_unit *unit, uint64_t *place, unsigned int depth,
			     struct reason *why)
{
	struct dwarf_bytes bytes = dwarf_units_bytes(digester->units, unit, *place);
	bool swapped = bytes.swapped;

	for (;;) {
		const uint8_t *start = bytes.at, *attributes;
		const struct dwarf_abbrev *abbrev =
			dwarf_abbrevs_find(unit->abbrevs, dwarf_bytes_uleb(&bytes));
		uint64_t offset, location = 0;
		const char *text;
		int err;

		if (!abbrev || abbrev->tag != DW_TAG_member || !abbrev->is_plain ||
		    abbrev->has_children || abbrev->type == DWARF_SIZE_VARIES)
			return 0;
		text = abbrev->starts_with_text ? dwarf_bytes_string(&bytes) : NULL;
		attributes = bytes.at;
		if (bytes.failed || abbrev->size > dwarf_bytes_left(&bytes) ||
		    !(text || abbrev->name != DWARF_SIZE_VARIES))
			return 0;
		if (text) {
			add(sum, dwarf_names_hash_text(text));
		} else {
			offset = bytes_load(attributes + abbrev->name, 4, swapped);
			if (!dwarf_names_can_keep(digester->units, unit, offset))
				return 0;
			add(sum,
			    dwarf_names_hash(digester->names, digester->units, (uint32_t)offset));
		}
		if (abbrev->location != DWARF_SIZE_VARIES)
			location = bytes_load(attributes + abbrev->location, abbrev->location_size,
					      swapped);
		add(sum, location * 8 << 8);
		offset = bytes_load(attributes + abbrev->type, 4, swapped);
		if (offset > unit->end - unit->start)
			return reason_set(why, -EBADMSG,
					  "DWARF: a member in the unit at 0x%llx has its type "
					  "outside of the unit",
					  (unsigned long long)dwarf_place_offset(unit->start));
		bytes.at += abbrev->size;
		*place += (uint64_t)(bytes.at - start);
		err = add_type(digester, sum, unit->start + offset, BY_VALUE, depth, why);
		if (err)
			return err;
	}
}

static int add_enumerator(struct dwarf_digester *digester, void *context,
			  const struct dwarf_entry *child, enum reach reach, unsigned int depth,
			  struct reason *why)
{
	struct sum *sum = context;
	int err;

	if (child->abbrev->tag != DW_TAG_enumerator)
		return 0;
	err = add_name(digester, sum, child, why);
	add(sum, dwarf_entry_get(child, DWARF_CONST_VALUE, 0));
	return err;
}

/* The dimensions of an array, for add_dimension(). */
struct dimensions {
	uint32_t count;
	uint64_t elements[DWARF_DIMENSIONS_MAX];
};

static int add_dimension(struct dwarf_digester *digester, void *context,
			 const struct dwarf_entry *child, enum reach reach, unsigned int depth,
			 struct reason *why)
{
	struct dimensions *dimensions = context;

	if (child->abbrev->tag != DW_TAG_subrange_type)
		return 0;
	if (dimensions->count == DWARF_DIMENSIONS_MAX)
		return reason_set(
			why, -EOPNOTSUPP, "DWARF: the array at 0x%llx has more than %u dimensions",
			(unsigned long long)dwarf_place_offset(child->place), DWARF_DIMENSIONS_MAX);
	dimensions->elements[dimensions->count++] =
		dwarf_dimension(dwarf_entry_has(child, DWARF_UPPER_BOUND),
				dwarf_entry_get(child, DWARF_UPPER_BOUND, 0),
				dwarf_entry_get(child, DWARF_COUNT, 0));
	return 0;
}

static int add_parameter(struct dwarf_digester *digester, void *context,
			 const struct dwarf_entry *child, enum reach reach, unsigned int depth,
			 struct reason *why)
{
	struct sum *sum = context;
	int err;

	if (child->abbrev->tag == DW_TAG_unspecified_parameters)
		add(sum, DW_TAG_unspecified_parameters);
	if (child->abbrev->tag != DW_TAG_formal_parameter)
		return 0;
	err = add_name(digester, sum, child, why);
	return err ? err
		   : add_type(digester, sum, dwarf_entry_get(child, DWARF_TYPE, 0), BY_NAME, depth,
			      why);
}

typedef int (*child_fn)(struct dwarf_digester *digester, void *context,
			const struct dwarf_entry *child, enum reach reach, unsigned int depth,
			struct reason *why);

/* Whether a child of a function comes after its parameters: its variables and blocks. */
static bool is_body(uint16_t tag)
{
	return tag == DW_TAG_variable || tag == DW_TAG_lexical_block || tag == DW_TAG_label ||
	       tag == DW_TAG_inlined_subroutine || tag == DW_TAG_call_site ||
	       tag == DW_TAG_GNU_call_site;
}

/* Calls @visit for each child. */
static int add_children(struct dwarf_digester *digester, void *context,
			const struct dwarf_entry *entry, child_fn visit, enum reach reach,
			unsigned int depth, struct reason *why)
{
	uint64_t place = entry->after;

	if (!entry->abbrev->has_children)
		return 0;
	for (;;) {
		struct dwarf_entry child;
		int err = 0;

		if (visit == add_member)
			err = add_plain_members(digester, context, entry->unit, &place, depth, why);
		if (!err)
			err = dwarf_entry_read(digester->units, entry->unit, place, &child, why);
		if (err || !child.abbrev || is_body(child.abbrev->tag))
			return err;
		err = visit(digester, context, &child, reach, depth, why);
		place = child.after;
		if (!err && child.abbrev->has_children)
			err = dwarf_entry_skip(digester->units, &child, &place, why);
		if (err)
			return err;
	}
}

static int add_prototype(struct dwarf_digester *digester, struct sum *sum,
			 const struct dwarf_entry *entry, unsigned int depth, struct reason *why)
{
	int err =
		add_type(digester, sum, dwarf_entry_get(entry, DWARF_TYPE, 0), BY_NAME, depth, why);

	return err ? err : add_children(digester, sum, entry, add_parameter, BY_NAME, depth, why);
}

/* A struct, union or enum that is declared here and defined elsewhere. */
static int digest_declaration(struct dwarf_digester *digester, uint16_t tag,
			      const struct dwarf_name *name, unsigned int depth,
			      uint64_t *ret_digest, struct reason *why)
{
	struct dwarf_definition *definition = NULL;
	int err = 0;

	if (digester->definitions)
		definition = dwarf_definitions_find(digester->definitions, tag, name);
	if (definition) {
		if (!definition->digest)
			err = digest_at(digester, definition->place, BY_VALUE, depth + 1,
					&definition->digest, why);
		*ret_digest = definition->digest;
		return err;
	}
	*ret_digest = dwarf_mix(dwarf_mix(tag, DW_AT_declaration), name->hash) & ~DWARF_DIGEST_OPEN;
	if (!digester->definitions)
		*ret_digest |= DWARF_DIGEST_OPEN;
	return 0;
}

static int digest_composite(struct dwarf_digester *digester, const struct dwarf_entry *entry,
			    enum reach reach, unsigned int depth, uint64_t *ret_digest,
			    struct reason *why)
{
	uint16_t tag = entry->abbrev->tag == DW_TAG_class_type ? DW_TAG_structure_type
							       : entry->abbrev->tag;
	bool is_enum = tag == DW_TAG_enumeration_type;
	struct sum sum = {.hash = tag};
	struct dwarf_name name;
	int err;

	if (dwarf_entry_has(entry, DWARF_SIGNATURE))
		return digest_at(digester, entry->values[DWARF_SIGNATURE], reach, depth + 1,
				 ret_digest, why);
	err = dwarf_names_get(digester->names, digester->units, entry, &name, why);
	if (err)
		return err;
	add(&sum, name.hash);
	if (reach == BY_VALUE || !*name.text || is_enum) {
		if (dwarf_entry_is_declaration(entry))
			return digest_declaration(digester, tag, &name, depth, ret_digest, why);
		add(&sum, dwarf_entry_get(entry, DWARF_BYTE_SIZE, 0));
		err = add_children(digester, &sum, entry, is_enum ? add_enumerator : add_member,
				   BY_VALUE, depth, why);
	}
	*ret_digest = (sum.hash & ~DWARF_DIGEST_OPEN) | sum.open;
	return err;
}

/* As in BTF, an array of several dimensions is an array of arrays: the digest of what the first
 * @level dimensions hold. */
static int digest_array(struct dwarf_digester *digester, const struct dwarf_entry *entry,
			uint32_t level, enum reach reach, unsigned int depth, uint64_t *ret_digest,
			struct reason *why)
{
	uint64_t digest, target = dwarf_entry_get(entry, DWARF_TYPE, 0);
	struct dimensions dimensions = {.count = 0};
	int err;

	err = add_children(digester, &dimensions, entry, add_dimension, reach, depth, why);
	if (!err)
		err = digest_at(digester, target, reach, depth + 1, &digest, why);
	if (err)
		return err;
	for (uint32_t i = dimensions.count; i > level; i--) {
		struct sum sum = {.hash = DW_TAG_array_type};

		add(&sum, dimensions.elements[i - 1]);
		add(&sum, digest);
		digest = (sum.hash & ~DWARF_DIGEST_OPEN) | (digest & DWARF_DIGEST_OPEN);
	}
	*ret_digest = digest;
	return 0;
}

static int digest_entry(struct dwarf_digester *digester, const struct dwarf_entry *entry,
			enum reach reach, unsigned int depth, uint64_t *ret_digest,
			struct reason *why)
{
	uint64_t target = dwarf_entry_get(entry, DWARF_TYPE, 0);
	struct sum sum = {.hash = entry->abbrev->tag};
	int err = 0;

	switch (entry->abbrev->tag) {
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
		return digest_composite(digester, entry, reach, depth, ret_digest, why);
	case DW_TAG_atomic_type:
	case DW_TAG_packed_type:
		/* BTF has no such qualifiers. */
		return digest_at(digester, target, reach, depth + 1, ret_digest, why);
	case DW_TAG_unspecified_type:
		return digest_at(digester, 0, reach, depth + 1, ret_digest, why);
	case DW_TAG_base_type:
		err = add_name(digester, &sum, entry, why);
		add(&sum, dwarf_entry_get(entry, DWARF_BYTE_SIZE, 0));
		add(&sum, dwarf_encoding_of(dwarf_entry_get(entry, DWARF_ENCODING, 0)));
		break;
	case DW_TAG_pointer_type:
	case DW_TAG_reference_type:
	case DW_TAG_rvalue_reference_type:
		err = add_type(digester, &sum, target, BY_NAME, depth, why);
		break;
	case DW_TAG_typedef:
		err = add_name(digester, &sum, entry, why);
		/* fallthrough */
	case DW_TAG_const_type:
	case DW_TAG_volatile_type:
	case DW_TAG_restrict_type:
		if (!err)
			err = add_type(digester, &sum, target, reach, depth, why);
		break;
	case DW_TAG_array_type:
		return digest_array(digester, entry, 0, reach, depth, ret_digest, why);
	case DW_TAG_subprogram:
		err = add_name(digester, &sum, entry, why);
		if (!err)
			err = add_prototype(digester, &sum, entry, depth, why);
		break;
	case DW_TAG_subroutine_type:
		err = add_prototype(digester, &sum, entry, depth, why);
		break;
	default:
		return reason_set(
			why, -EOPNOTSUPP,
			"DWARF: the type at 0x%llx has the tag 0x%x, which C does not have",
			(unsigned long long)dwarf_place_offset(entry->place), entry->abbrev->tag);
	}
	*ret_digest = (sum.hash & ~DWARF_DIGEST_OPEN) | sum.open;
	return err;
}

static int digest_at(struct dwarf_digester *digester, uint64_t place, enum reach reach,
		     unsigned int depth, uint64_t *ret_digest, struct reason *why)
{
	uint64_t key = place << 1 | (reach == BY_NAME);
	const struct dwarf_known_digest *known;
	struct dwarf_entry entry;
	int err;

	if (!place) {
		*ret_digest = dwarf_mix(0, 0) & ~DWARF_DIGEST_OPEN;
		return 0;
	}
	known = find_known(digester, key);
	if (known->generation == digester->generation) {
		*ret_digest = known->digest;
		return 0;
	}
	if (depth > DEPTH_MAX)
		return reason_set(why, -EBADMSG, "DWARF: the type at 0x%llx contains itself",
				  (unsigned long long)dwarf_place_offset(place));
	err = dwarf_entry_open(digester->units, place, &entry, why);
	if (!err)
		err = digest_entry(digester, &entry, reach, depth, ret_digest, why);
	return err ? err : remember(digester, key, *ret_digest, why);
}

int dwarf_digest(struct dwarf_digester *digester, uint64_t place, uint64_t *ret_digest,
		 struct reason *why)
{
	return digest_at(digester, place, BY_VALUE, 0, ret_digest, why);
}

int dwarf_digest_row(struct dwarf_digester *digester, uint64_t place, uint32_t level,
		     uint64_t *ret_digest, struct reason *why)
{
	struct dwarf_entry entry;
	int err;

	/* Past a qualifier that BTF does not have. */
	for (unsigned int i = 0; i < DEPTH_MAX; i++) {
		err = dwarf_entry_open(digester->units, place, &entry, why);
		if (err)
			return err;
		if (entry.abbrev->tag == DW_TAG_array_type)
			return digest_array(digester, &entry, level, BY_VALUE, 0, ret_digest, why);
		place = dwarf_entry_get(&entry, DWARF_TYPE, 0);
	}
	return reason_set(why, -EBADMSG, "DWARF: the type at 0x%llx contains itself",
			  (unsigned long long)dwarf_place_offset(place));
}

int dwarf_digest_prototype(struct dwarf_digester *digester, uint64_t place, uint64_t *ret_digest,
			   struct reason *why)
{
	struct sum sum = {.hash = DW_TAG_subroutine_type};
	struct dwarf_entry entry;
	int err = dwarf_entry_open(digester->units, place, &entry, why);

	if (!err)
		err = add_prototype(digester, &sum, &entry, 0, why);
	*ret_digest = sum.hash & ~DWARF_DIGEST_OPEN;
	return err;
}
