/* SPDX-License-Identifier: MIT */
#include "embedder/dwarf/dwarf_abbrevs.h"

#include <dwarf.h>
#include <stdlib.h>

#include "runtime/util/array.h"

/* Compilers number from 1; a unit of the kernel has some 200. */
#define CODE_MAX 65535
/* Of one abbreviation; compilers write at most some 20. */
#define ATTRIBUTES_MAX 1024
/* Of one abbreviation, attributes that are read. Those without bytes cost time for every entry. */
#define READ_MAX (2 * DWARF_ATTRIBUTES)

void dwarf_abbrevs_free(struct dwarf_abbrevs *abbrevs)
{
	free(abbrevs->abbrevs);
	free(abbrevs->steps);
	*abbrevs = (struct dwarf_abbrevs){.count = 0};
}

static uint8_t attribute_of(uint64_t name)
{
	static const uint8_t known[] = {
		[DW_AT_name] = DWARF_NAME + 1,
		[DW_AT_sibling] = DWARF_SIBLING + 1,
		[DW_AT_type] = DWARF_TYPE + 1,
		[DW_AT_byte_size] = DWARF_BYTE_SIZE + 1,
		[DW_AT_bit_size] = DWARF_BIT_SIZE + 1,
		[DW_AT_bit_offset] = DWARF_BIT_OFFSET + 1,
		[DW_AT_data_bit_offset] = DWARF_DATA_BIT_OFFSET + 1,
		[DW_AT_data_member_location] = DWARF_MEMBER_LOCATION + 1,
		[DW_AT_declaration] = DWARF_DECLARATION + 1,
		[DW_AT_upper_bound] = DWARF_UPPER_BOUND + 1,
		[DW_AT_count] = DWARF_COUNT + 1,
		[DW_AT_encoding] = DWARF_ENCODING + 1,
		[DW_AT_const_value] = DWARF_CONST_VALUE + 1,
		[DW_AT_signature] = DWARF_SIGNATURE + 1,
		[DW_AT_language] = DWARF_LANGUAGE + 1,
		[DW_AT_str_offsets_base] = DWARF_STR_OFFSETS_BASE + 1,
		[DW_AT_dwo_name] = DWARF_DWO_NAME + 1,
		[DW_AT_abstract_origin] = DWARF_ORIGIN + 1,
		[DW_AT_low_pc] = DWARF_HAS_CODE + 1,
		[DW_AT_ranges] = DWARF_HAS_CODE + 1,
	};

	if (name == DW_AT_GNU_dwo_name)
		return DWARF_DWO_NAME;
	if (name >= sizeof(known) || !known[name])
		return DWARF_SKIPPED;
	return known[name] - 1;
}

static int size_of_form(const struct dwarf_abbrevs *abbrevs, uint64_t form)
{
	return form < DWARF_FORM_SIZES ? abbrevs->form_sizes[form]
				       : dwarf_form_size(form, &abbrevs->format);
}

/* Adds to the last step, which only skips; else returns false. */
static bool extend_skip(struct dwarf_abbrevs *abbrevs, const struct dwarf_abbrev *abbrev, int size)
{
	struct dwarf_step *last;

	if (!abbrev->step_count)
		return false;
	last = &abbrevs->steps[abbrevs->step_count - 1];
	if (last->reading != DWARF_READ_SKIP || !last->size)
		return false;
	last->size += (uint16_t)size;
	return true;
}

static bool is_reference(uint8_t attribute)
{
	return attribute == DWARF_TYPE || attribute == DWARF_SIBLING ||
	       attribute == DWARF_SIGNATURE || attribute == DWARF_ORIGIN;
}

static enum dwarf_reading reading_of(uint8_t attribute, uint64_t form)
{
	if (attribute == DWARF_SKIPPED)
		return DWARF_READ_SKIP;
	switch (form) {
	case DW_FORM_implicit_const:
	case DW_FORM_flag_present:
		return DWARF_READ_IMPLICIT;
	case DW_FORM_strp:
		return attribute == DWARF_NAME ? DWARF_READ_STR : DWARF_READ_FORM;
	case DW_FORM_ref1:
	case DW_FORM_ref2:
	case DW_FORM_ref4:
	case DW_FORM_ref8:
		return is_reference(attribute) ? DWARF_READ_UNIT_REF : DWARF_READ_FORM;
	case DW_FORM_flag:
	case DW_FORM_data1:
	case DW_FORM_data2:
	case DW_FORM_data4:
	case DW_FORM_data8:
		return attribute == DWARF_NAME || is_reference(attribute) ? DWARF_READ_FORM
									  : DWARF_READ_NUMBER;
	default:
		return DWARF_READ_FORM;
	}
}

/* Notes where an attribute is that is read without its step. */
static void note_offset(struct dwarf_abbrev *abbrev, const struct dwarf_step *step)
{
	uint16_t offset = step->offset;

	switch (step->attribute) {
	case DWARF_NAME:
		if (step->form == DW_FORM_strp && step->size == 4)
			abbrev->name = offset;
		break;
	case DWARF_SIBLING:
		if (step->form == DW_FORM_ref4)
			abbrev->sibling = offset;
		break;
	case DWARF_TYPE:
		if (step->form == DW_FORM_ref4)
			abbrev->type = offset;
		break;
	case DWARF_MEMBER_LOCATION:
		if (step->reading == DWARF_READ_NUMBER) {
			abbrev->location = offset;
			abbrev->location_size = (uint8_t)step->size;
		} else {
			abbrev->is_plain = false;
		}
		break;
	case DWARF_DECLARATION:
		abbrev->has_declaration = true;
		break;
	default:
		break;
	}
	if (step->attribute > DWARF_TYPE && step->attribute != DWARF_MEMBER_LOCATION)
		abbrev->is_plain = false;
}

/* One attribute: its step, and what it adds to the size. */
static int add_attribute(struct dwarf_abbrevs *abbrevs, struct dwarf_abbrev *abbrev,
			 struct dwarf_step *step, int size)
{
	bool skip = step->attribute == DWARF_SKIPPED;
	bool text = !abbrev->step_count && !abbrev->size && step->attribute == DWARF_NAME &&
		    step->form == DW_FORM_string;

	step->offset = abbrev->size;
	if (text)
		abbrev->starts_with_text = true;
	else if (size < 0)
		abbrev->size = DWARF_SIZE_VARIES;
	else if (abbrev->size != DWARF_SIZE_VARIES)
		abbrev->size += (uint16_t)size; /* 1,024 attributes of at most 16 bytes fit */
	if (skip && (size == 0 || (size > 0 && extend_skip(abbrevs, abbrev, size))))
		return 0;
	step->reading = text ? DWARF_READ_TEXT : (uint8_t)reading_of(step->attribute, step->form);
	step->size = size > 0 ? (uint16_t)size : 0;
	if (!skip && dwarf_form_refers_outside(step->form))
		abbrevs->refers_outside = true;
	if (step->form == DW_FORM_flag_present)
		step->implicit = 1;
	if (!skip && ++abbrev->read_count > READ_MAX)
		return -EBADMSG;
	if (!skip)
		note_offset(abbrev, step);
	if (array_reserve(abbrevs->steps, abbrevs->step_capacity, (size_t)abbrevs->step_count + 1))
		return -ENOMEM;
	abbrevs->steps[abbrevs->step_count++] = *step;
	abbrev->step_count++;
	return 0;
}

static int read_attributes(struct dwarf_abbrevs *abbrevs, struct dwarf_abbrev *abbrev,
			   struct dwarf_bytes *bytes, struct reason *why)
{
	for (unsigned int count = 0;; count++) {
		uint64_t name = dwarf_bytes_uleb(bytes);
		uint64_t form = dwarf_bytes_uleb(bytes);
		struct dwarf_step step = {.attribute = attribute_of(name), .form = (uint16_t)form};
		int size = size_of_form(abbrevs, form), err;

		if (form == DW_FORM_implicit_const)
			step.implicit = dwarf_bytes_sleb(bytes);
		if (bytes->failed)
			return reason_set(why, -EBADMSG, "DWARF: an abbreviation is cut off");
		if (!name && !form)
			return 0;
		if (size == DWARF_FORM_UNKNOWN)
			return reason_set(why, -EOPNOTSUPP,
					  "DWARF: attribute 0x%llx has the form 0x%llx, which is "
					  "not known",
					  (unsigned long long)name, (unsigned long long)form);
		if (count == ATTRIBUTES_MAX)
			return reason_set(why, -EBADMSG,
					  "DWARF: an abbreviation has more than %u attributes",
					  ATTRIBUTES_MAX);
		err = add_attribute(abbrevs, abbrev, &step, size);
		if (err)
			return reason_set(why, err,
					  err == -ENOMEM ? "out of memory"
							 : "DWARF: an abbreviation has the same "
							   "attributes again and again");
	}
}

/* Room for @code, with everything up to it set to "no such code". */
static int reserve_code(struct dwarf_abbrevs *abbrevs, uint32_t code)
{
	if (code < abbrevs->count)
		return 0;
	if (array_reserve(abbrevs->abbrevs, abbrevs->capacity, (size_t)code + 1))
		return -ENOMEM;
	memset(abbrevs->abbrevs + abbrevs->count, 0,
	       (code + 1 - abbrevs->count) * sizeof(*abbrevs->abbrevs));
	abbrevs->count = code + 1;
	return 0;
}

static void set_format(struct dwarf_abbrevs *abbrevs, const struct dwarf_format *format)
{
	if (memcmp(&abbrevs->format, format, sizeof(*format)) == 0)
		return;
	abbrevs->format = *format;
	for (unsigned int form = 0; form < DWARF_FORM_SIZES; form++)
		abbrevs->form_sizes[form] = (int8_t)dwarf_form_size(form, format);
}

static bool is_closed(uint64_t tag)
{
	switch (tag) {
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_array_type:
	case DW_TAG_subroutine_type:
		return true;
	default:
		return false;
	}
}

int dwarf_abbrevs_read(struct dwarf_abbrevs *abbrevs, const uint8_t *data, const uint8_t *end,
		       const struct dwarf_format *format, struct reason *why)
{
	struct dwarf_bytes bytes = {.at = data, .end = end};

	abbrevs->count = 0;
	abbrevs->step_count = 0;
	abbrevs->refers_outside = false;
	set_format(abbrevs, format);
	/* A first step is pointed to even where there are none. */
	if (array_reserve(abbrevs->steps, abbrevs->step_capacity, 1))
		return reason_set(why, -ENOMEM, "out of memory");
	for (;;) {
		uint64_t code = dwarf_bytes_uleb(&bytes);
		struct dwarf_abbrev abbrev = {
			.first_step = abbrevs->step_count,
			.name = DWARF_SIZE_VARIES,
			.sibling = DWARF_SIZE_VARIES,
			.type = DWARF_SIZE_VARIES,
			.location = DWARF_SIZE_VARIES,
			.is_plain = true,
		};
		uint64_t tag;
		int err;

		abbrevs->size = (uint64_t)(bytes.at - data);
		if (!code && !bytes.failed)
			return 0;
		tag = dwarf_bytes_uleb(&bytes);
		abbrev.has_children = dwarf_bytes_fixed(&bytes, 1);
		abbrev.is_closed = is_closed(tag);
		if (bytes.failed)
			return reason_set(why, -EBADMSG,
					  "DWARF: the abbreviations of a unit have no end");
		if (code > CODE_MAX)
			return reason_set(why, -EOPNOTSUPP,
					  "DWARF: abbreviation %llu; more than %u in a unit are "
					  "not supported",
					  (unsigned long long)code, CODE_MAX);
		/* Tags are 16 bits; one that is not known is stepped over. */
		abbrev.tag = tag && tag <= UINT16_MAX ? (uint16_t)tag : DW_TAG_hi_user;
		err = read_attributes(abbrevs, &abbrev, &bytes, why);
		if (err)
			return err;
		if (abbrev.size == DWARF_SIZE_VARIES)
			abbrev.is_plain = false;
		if (reserve_code(abbrevs, (uint32_t)code))
			return reason_set(why, -ENOMEM, "out of memory");
		if (abbrevs->abbrevs[code].tag)
			return reason_set(why, -EBADMSG, "DWARF: abbreviation %llu is there twice",
					  (unsigned long long)code);
		abbrevs->abbrevs[code] = abbrev;
	}
}
