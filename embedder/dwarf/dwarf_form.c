/* SPDX-License-Identifier: MIT */
#include "embedder/dwarf/dwarf_form.h"

#include <dwarf.h>

int dwarf_form_size(uint64_t form, const struct dwarf_format *format)
{
	switch (form) {
	case DW_FORM_flag_present:
	case DW_FORM_implicit_const:
		return 0;
	case DW_FORM_data1:
	case DW_FORM_ref1:
	case DW_FORM_flag:
	case DW_FORM_strx1:
	case DW_FORM_addrx1:
		return 1;
	case DW_FORM_data2:
	case DW_FORM_ref2:
	case DW_FORM_strx2:
	case DW_FORM_addrx2:
		return 2;
	case DW_FORM_strx3:
	case DW_FORM_addrx3:
		return 3;
	case DW_FORM_data4:
	case DW_FORM_ref4:
	case DW_FORM_ref_sup4:
	case DW_FORM_strx4:
	case DW_FORM_addrx4:
		return 4;
	case DW_FORM_data8:
	case DW_FORM_ref8:
	case DW_FORM_ref_sig8:
	case DW_FORM_ref_sup8:
		return 8;
	case DW_FORM_data16:
		return 16;
	case DW_FORM_addr:
		return format->address_size;
	case DW_FORM_ref_addr:
		return format->version < 3 ? format->address_size : format->offset_size;
	case DW_FORM_strp:
	case DW_FORM_line_strp:
	case DW_FORM_sec_offset:
	case DW_FORM_strp_sup:
	case DW_FORM_GNU_ref_alt:
	case DW_FORM_GNU_strp_alt:
		return format->offset_size;
	case DW_FORM_block1:
	case DW_FORM_block2:
	case DW_FORM_block4:
	case DW_FORM_block:
	case DW_FORM_exprloc:
	case DW_FORM_string:
	case DW_FORM_udata:
	case DW_FORM_sdata:
	case DW_FORM_ref_udata:
	case DW_FORM_strx:
	case DW_FORM_addrx:
	case DW_FORM_loclistx:
	case DW_FORM_rnglistx:
	case DW_FORM_indirect:
	case DW_FORM_GNU_addr_index:
	case DW_FORM_GNU_str_index:
		return DWARF_FORM_VARIES;
	default:
		return DWARF_FORM_UNKNOWN;
	}
}

static enum dwarf_class class_of(uint64_t form)
{
	switch (form) {
	case DW_FORM_flag_present:
	case DW_FORM_implicit_const:
	case DW_FORM_flag:
	case DW_FORM_data1:
	case DW_FORM_data2:
	case DW_FORM_data4:
	case DW_FORM_data8:
	case DW_FORM_udata:
	case DW_FORM_sdata:
		return DWARF_CLASS_CONSTANT;
	case DW_FORM_block1:
	case DW_FORM_block2:
	case DW_FORM_block4:
	case DW_FORM_block:
	case DW_FORM_exprloc:
	case DW_FORM_data16:
		return DWARF_CLASS_BLOCK;
	case DW_FORM_string:
		return DWARF_CLASS_TEXT;
	case DW_FORM_strp:
		return DWARF_CLASS_STR;
	case DW_FORM_line_strp:
		return DWARF_CLASS_LINE_STR;
	case DW_FORM_strx:
	case DW_FORM_strx1:
	case DW_FORM_strx2:
	case DW_FORM_strx3:
	case DW_FORM_strx4:
	case DW_FORM_GNU_str_index:
		return DWARF_CLASS_STR_INDEX;
	case DW_FORM_strp_sup:
	case DW_FORM_GNU_strp_alt:
		return DWARF_CLASS_ALT_STR;
	case DW_FORM_ref1:
	case DW_FORM_ref2:
	case DW_FORM_ref4:
	case DW_FORM_ref8:
	case DW_FORM_ref_udata:
		return DWARF_CLASS_UNIT_REF;
	case DW_FORM_ref_addr:
		return DWARF_CLASS_INFO_REF;
	case DW_FORM_ref_sup4:
	case DW_FORM_ref_sup8:
	case DW_FORM_GNU_ref_alt:
		return DWARF_CLASS_ALT_REF;
	case DW_FORM_ref_sig8:
		return DWARF_CLASS_SIGNATURE;
	default:
		return DWARF_CLASS_OTHER;
	}
}

bool dwarf_form_refers_outside(uint64_t form)
{
	switch (class_of(form)) {
	case DWARF_CLASS_INFO_REF:
	case DWARF_CLASS_ALT_REF:
	case DWARF_CLASS_ALT_STR:
	case DWARF_CLASS_SIGNATURE:
		return true;
	default:
		return form == DW_FORM_indirect;
	}
}

/* The bytes of a block, which follow their number. */
static void read_block(struct dwarf_bytes *bytes, uint64_t form, struct dwarf_value *value)
{
	switch (form) {
	case DW_FORM_block1:
		value->number = dwarf_bytes_fixed(bytes, 1);
		break;
	case DW_FORM_block2:
		value->number = dwarf_bytes_fixed(bytes, 2);
		break;
	case DW_FORM_block4:
		value->number = dwarf_bytes_fixed(bytes, 4);
		break;
	case DW_FORM_data16:
		value->number = 16;
		break;
	default:
		value->number = dwarf_bytes_uleb(bytes);
		break;
	}
	value->bytes = bytes->at;
	dwarf_bytes_skip(bytes, value->number);
}

/* Three bytes; no machine has such integers. */
static uint64_t read_three(struct dwarf_bytes *bytes)
{
	uint64_t first = dwarf_bytes_fixed(bytes, 1), second = dwarf_bytes_fixed(bytes, 1);
	uint64_t third = dwarf_bytes_fixed(bytes, 1);

	if (bytes->swapped != BYTES_HOST_IS_BIG_ENDIAN)
		return first << 16 | second << 8 | third;
	return third << 16 | second << 8 | first;
}

static void read_varying(struct dwarf_bytes *bytes, uint64_t form, struct dwarf_value *value)
{
	switch (form) {
	case DW_FORM_block1:
	case DW_FORM_block2:
	case DW_FORM_block4:
	case DW_FORM_block:
	case DW_FORM_exprloc:
		read_block(bytes, form, value);
		break;
	case DW_FORM_string:
		value->bytes = bytes->at;
		dwarf_bytes_string(bytes);
		break;
	case DW_FORM_sdata:
		value->number = (uint64_t)dwarf_bytes_sleb(bytes);
		break;
	default:
		value->number = dwarf_bytes_uleb(bytes);
		break;
	}
}

void dwarf_form_read(struct dwarf_bytes *bytes, uint64_t form, int64_t implicit,
		     const struct dwarf_format *format, struct dwarf_value *ret_value)
{
	int size;

	if (form == DW_FORM_indirect) {
		form = dwarf_bytes_uleb(bytes);
		/* Its value would have to be in the abbreviation; and a chain has no end. */
		if (form == DW_FORM_indirect || form == DW_FORM_implicit_const)
			bytes->failed = true;
	}
	size = dwarf_form_size(form, format);
	*ret_value = (struct dwarf_value){.class = class_of(form)};
	switch (size) {
	case 0:
		ret_value->number = form == DW_FORM_implicit_const ? (uint64_t)implicit : 1;
		break;
	case 1:
	case 2:
	case 4:
	case 8:
		ret_value->number = dwarf_bytes_fixed(bytes, (size_t)size);
		break;
	case 3:
		ret_value->number = read_three(bytes);
		break;
	case DWARF_FORM_VARIES:
		read_varying(bytes, form, ret_value);
		break;
	case DWARF_FORM_UNKNOWN:
		bytes->failed = true;
		break;
	default:
		read_block(bytes, form, ret_value);
		break;
	}
}

void dwarf_form_skip(struct dwarf_bytes *bytes, uint64_t form, const struct dwarf_format *format)
{
	int size = dwarf_form_size(form, format);
	struct dwarf_value value;

	if (size >= 0)
		dwarf_bytes_skip(bytes, (uint64_t)size);
	else
		dwarf_form_read(bytes, form, 0, format, &value);
}
