/* SPDX-License-Identifier: MIT */
#include "embedder/dwarf/dwarf_library.h"

#include <dwarf.h>
#include <libdwarf.h>
#include <stdlib.h>

#include "embedder/dwarf/dwarf_location.h"

/* Section 0 is the empty one that every ELF file begins with. */
#define SECTIONS 8

/* libdwarf 0.4 and later has its version in the header, and other names in this interface. */
#ifdef DW_LIBDWARF_VERSION
typedef Dwarf_Obj_Access_Interface_a access_interface;
typedef struct Dwarf_Obj_Access_Methods_a_s access_methods;
typedef struct Dwarf_Obj_Access_Section_a_s access_section;
typedef Dwarf_Unsigned access_index;
typedef Dwarf_Small access_endianness;
#define ACCESS_BIG_ENDIAN    DW_END_big
#define ACCESS_LITTLE_ENDIAN DW_END_little

static void finish(Dwarf_Debug debug)
{
	dwarf_object_finish(debug);
}
#else
typedef Dwarf_Obj_Access_Interface access_interface;
typedef Dwarf_Obj_Access_Methods access_methods;
typedef Dwarf_Obj_Access_Section access_section;
typedef Dwarf_Half access_index;
typedef Dwarf_Endianness access_endianness;
#define ACCESS_BIG_ENDIAN    DW_OBJECT_MSB
#define ACCESS_LITTLE_ENDIAN DW_OBJECT_LSB

static void finish(Dwarf_Debug debug)
{
	Dwarf_Error error = NULL;

	dwarf_object_finish(debug, &error);
}
#endif

/* One file, as libdwarf sees it. */
struct dwarf_opened {
	struct {
		const char *name;
		struct dwarf_section section;
	} sections[SECTIONS];
	bool big_endian, is_64bit;
	access_interface access;
	Dwarf_Debug debug;
	uint64_t start; /* place where its .debug_info starts */
};

struct dwarf_library {
	struct dwarf_units *units;
	struct dwarf_opened file, alternate; /* opened when a unit refers to others */
	struct dwarf_opened window;	     /* one unit */
};

/* --- the sections, for libdwarf --------------------------------------------------------------- */

static int get_section(void *object, access_index index, access_section *ret_section, int *error)
{
	const struct dwarf_opened *file = object;
	access_section section;

	if (index >= SECTIONS)
		return DW_DLV_NO_ENTRY;
	memset(&section, 0, sizeof(section));
	/* An empty section of a known name would be an error. */
#ifdef DW_LIBDWARF_VERSION
	section.as_size = file->sections[index].section.size;
	section.as_name = section.as_size ? file->sections[index].name : "";
#else
	section.size = file->sections[index].section.size;
	section.name = section.size ? file->sections[index].name : "";
#endif
	*ret_section = section;
	return DW_DLV_OK;
}

static int load_section(void *object, access_index index, Dwarf_Small **ret_data, int *error)
{
	const struct dwarf_opened *file = object;

	if (index >= SECTIONS || !file->sections[index].section.size)
		return DW_DLV_NO_ENTRY;
	/* libdwarf only reads it. */
	*ret_data = (Dwarf_Small *)file->sections[index].section.data;
	return DW_DLV_OK;
}

static access_endianness get_byte_order(void *object)
{
	return ((const struct dwarf_opened *)object)->big_endian ? ACCESS_BIG_ENDIAN
								 : ACCESS_LITTLE_ENDIAN;
}

static Dwarf_Small get_pointer_size(void *object)
{
	return ((const struct dwarf_opened *)object)->is_64bit ? 8 : 4;
}

static Dwarf_Unsigned get_section_count(void *object)
{
	return SECTIONS;
}

#ifdef DW_LIBDWARF_VERSION
static Dwarf_Unsigned get_file_size(void *object)
{
	const struct dwarf_opened *file = object;
	Dwarf_Unsigned size = 0;

	for (unsigned int i = 0; i < SECTIONS; i++)
		size += file->sections[i].section.size;
	return size;
}

static const access_methods methods = {
	.om_get_section_info = get_section,
	.om_get_byte_order = get_byte_order,
	.om_get_length_size = get_pointer_size,
	.om_get_pointer_size = get_pointer_size,
	.om_get_filesize = get_file_size,
	.om_get_section_count = get_section_count,
	.om_load_section = load_section,
};
#else
static const access_methods methods = {
	.get_section_info = get_section,
	.get_byte_order = get_byte_order,
	.get_length_size = get_pointer_size,
	.get_pointer_size = get_pointer_size,
	.get_section_count = get_section_count,
	.load_section = load_section,
};
#endif

/* --- errors ----------------------------------------------------------------------------------- */

/* What libdwarf says. */
static int refuse(Dwarf_Debug debug, Dwarf_Error error, struct reason *why)
{
	int err = reason_set(why, -EBADMSG, "DWARF: libdwarf says: %s",
			     error ? dwarf_errmsg(error) : "no such entry");

	if (error)
		dwarf_dealloc_error(debug, error);
	return err;
}

/* --- library ---------------------------------------------------------------------------------- */

static int open_file(struct dwarf_opened *file, const struct dwarf_file *sections,
		     const struct dwarf_sections *all, struct reason *why)
{
	Dwarf_Error error = NULL;

	file->sections[0].name = "";
	file->sections[1].name = ".debug_info";
	file->sections[1].section = sections->info;
	file->sections[2].name = ".debug_abbrev";
	file->sections[2].section = sections->abbrev;
	file->sections[3].name = ".debug_str";
	file->sections[3].section = sections->str;
	file->sections[4].name = ".debug_line_str";
	file->sections[4].section = sections->line_str;
	file->sections[5].name = ".debug_str_offsets";
	file->sections[5].section = sections->str_offsets;
	file->sections[6].name = ".debug_types";
	file->sections[6].section = sections->types;
	file->sections[7].name = ".debug_addr";
	file->sections[7].section = sections->addr;
	file->big_endian = all->big_endian;
	file->is_64bit = all->is_64bit;
#ifdef DW_LIBDWARF_VERSION
	file->access.ai_object = file;
	file->access.ai_methods = &methods;
#else
	file->access.object = file;
	file->access.methods = &methods;
#endif
	switch (dwarf_object_init_b(&file->access, NULL, NULL, DW_GROUPNUMBER_ANY, &file->debug,
				    &error)) {
	case DW_DLV_OK:
		return 0;
	case DW_DLV_ERROR:
		return refuse(file->debug, error, why);
	default:
		return reason_set(why, -ENODATA, "DWARF: libdwarf finds none");
	}
}

static void close_file(struct dwarf_opened *file)
{
	if (file->debug)
		finish(file->debug);
}

void dwarf_library_close(struct dwarf_library *library)
{
	if (!library)
		return;
	close_file(&library->window);
	close_file(&library->file);
	close_file(&library->alternate);
	free(library);
}

int dwarf_library_open(struct dwarf_units *units, struct dwarf_library **ret_library,
		       struct reason *why)
{
	struct dwarf_library *library = calloc(1, sizeof(*library));

	if (!library)
		return reason_set(why, -ENOMEM, "out of memory");
	library->units = units;
	/* Everything is freed here one by one; libdwarf need not keep a list. */
	dwarf_set_de_alloc_flag(0);
	*ret_library = library;
	return 0;
}

/* Opens all units of both files. */
static int open_all(struct dwarf_library *library, struct reason *why)
{
	const struct dwarf_sections *sections = library->units->sections;
	Dwarf_Error error = NULL;
	int err;

	if (library->file.debug)
		return 0;
	library->alternate.start = dwarf_place(DWARF_PART_ALTERNATE, 0);
	err = sections->alternate.info.data
		      ? open_file(&library->alternate, &sections->alternate, sections, why)
		      : 0;
	if (!err)
		err = open_file(&library->file, &sections->file, sections, why);
	if (!err && library->alternate.debug &&
	    dwarf_set_tied_dbg(library->file.debug, library->alternate.debug, &error) != DW_DLV_OK)
		err = refuse(library->file.debug, error, why);
	return err;
}

/* Opens one unit of .debug_info as if there were no others. */
static int open_window(struct dwarf_library *library, const struct dwarf_unit *unit,
		       struct reason *why)
{
	const struct dwarf_sections *sections = library->units->sections;
	struct dwarf_file file = *dwarf_units_file(library->units, dwarf_place_part(unit->start));

	if (library->window.debug && library->window.start == unit->start)
		return 0;
	close_file(&library->window);
	library->window = (struct dwarf_opened){.start = unit->start};
	file.info.data += dwarf_place_offset(unit->start);
	file.info.size = unit->end - unit->start;
	file.types = (struct dwarf_section){.size = 0};
	return open_file(&library->window, &file, sections, why);
}

/* Opens that in which the unit of @place is read. */
static int open_unit(struct dwarf_library *library, uint64_t place, struct dwarf_opened **ret_file,
		     struct reason *why)
{
	enum dwarf_part part = dwarf_place_part(place);
	struct dwarf_unit *unit;
	int err = dwarf_units_find(library->units, place, &unit, why);

	if (!err)
		err = dwarf_units_load(library->units, unit, why);
	if (err)
		return err;
	if (part != DWARF_PART_TYPES && !unit->abbrevs->refers_outside) {
		*ret_file = &library->window;
		return open_window(library, unit, why);
	}
	*ret_file = part == DWARF_PART_ALTERNATE ? &library->alternate : &library->file;
	return open_all(library, why);
}

/* --- entries ---------------------------------------------------------------------------------- */

int dwarf_die_open(struct dwarf_library *library, uint64_t place, struct dwarf_die *ret_die,
		   struct reason *why)
{
	enum dwarf_part part = dwarf_place_part(place);
	struct dwarf_opened *file;
	Dwarf_Error error = NULL;
	Dwarf_Die die = NULL;
	int err = open_unit(library, place, &file, why);

	if (err)
		return err;
	if (dwarf_offdie_b(file->debug,
			   part == DWARF_PART_TYPES ? dwarf_place_offset(place)
						    : place - file->start,
			   part != DWARF_PART_TYPES, &die, &error) != DW_DLV_OK)
		return refuse(file->debug, error, why);
	*ret_die = (struct dwarf_die){library, file, part, die};
	return 0;
}

void dwarf_die_close(struct dwarf_die *die)
{
	if (die->die)
		dwarf_dealloc_die(die->die);
	die->die = NULL;
}

int dwarf_die_child(const struct dwarf_die *die, struct dwarf_die *ret_child, struct reason *why)
{
	Dwarf_Debug debug = die->file->debug;
	Dwarf_Error error = NULL;
	Dwarf_Die child = NULL;

	switch (dwarf_child(die->die, &child, &error)) {
	case DW_DLV_OK:
		*ret_child = (struct dwarf_die){die->library, die->file, die->part, child};
		return 1;
	case DW_DLV_NO_ENTRY:
		return 0;
	default:
		return refuse(debug, error, why);
	}
}

int dwarf_die_next(struct dwarf_die *die, struct reason *why)
{
	Dwarf_Debug debug = die->file->debug;
	Dwarf_Error error = NULL;
	Dwarf_Die next = NULL;
	int result =
		dwarf_siblingof_b(debug, die->die, die->part != DWARF_PART_TYPES, &next, &error);

	dwarf_die_close(die);
	if (result == DW_DLV_ERROR)
		return refuse(debug, error, why);
	die->die = next;
	return result == DW_DLV_OK;
}

int dwarf_die_tag(const struct dwarf_die *die, uint16_t *ret_tag, struct reason *why)
{
	Dwarf_Error error = NULL;
	Dwarf_Half tag;

	if (dwarf_tag(die->die, &tag, &error) != DW_DLV_OK)
		return refuse(die->file->debug, error, why);
	*ret_tag = tag;
	return 0;
}

/* Opens an attribute and finds its form. 1, 0: it is not there, -EBADMSG. */
static int open_attribute(const struct dwarf_die *die, unsigned int name,
			  Dwarf_Attribute *ret_attribute, Dwarf_Half *ret_form, struct reason *why)
{
	Dwarf_Debug debug = die->file->debug;
	Dwarf_Attribute attribute = NULL;
	Dwarf_Error error = NULL;

	switch (dwarf_attr(die->die, (Dwarf_Half)name, &attribute, &error)) {
	case DW_DLV_OK:
		break;
	case DW_DLV_NO_ENTRY:
		return 0;
	default:
		return refuse(debug, error, why);
	}
	if (dwarf_whatform(attribute, ret_form, &error) != DW_DLV_OK) {
		dwarf_dealloc_attribute(attribute);
		return refuse(debug, error, why);
	}
	*ret_attribute = attribute;
	return 1;
}

static int read_location(const struct dwarf_library *library, Dwarf_Debug debug,
			 Dwarf_Attribute attribute, uint64_t *ret_number, Dwarf_Error *error)
{
	struct dwarf_value value = {.class = DWARF_CLASS_BLOCK};
	Dwarf_Block *block = NULL;
	Dwarf_Unsigned size;
	Dwarf_Ptr bytes;
	int err;

	if (dwarf_formexprloc(attribute, &size, &bytes, error) == DW_DLV_OK) {
		value.number = size;
		value.bytes = bytes;
		return dwarf_location_read(&value, library->units->swapped, ret_number);
	}
	if (*error)
		dwarf_dealloc_error(debug, *error);
	*error = NULL;
	if (dwarf_formblock(attribute, &block, error) != DW_DLV_OK)
		return -EBADMSG;
	value.number = block->bl_len;
	value.bytes = block->bl_data;
	err = dwarf_location_read(&value, library->units->swapped, ret_number);
	dwarf_dealloc(debug, block, DW_DLA_BLOCK);
	return err;
}

int dwarf_die_number(const struct dwarf_die *die, unsigned int name, uint64_t *ret_number,
		     bool *ret_negative, struct reason *why)
{
	Dwarf_Debug debug = die->file->debug;
	Dwarf_Attribute attribute;
	Dwarf_Error error = NULL;
	Dwarf_Unsigned number = 0;
	Dwarf_Signed value = 0;
	Dwarf_Bool flag = 0;
	Dwarf_Half form;
	int found = open_attribute(die, name, &attribute, &form, why);
	int result = DW_DLV_OK;

	if (found <= 0)
		return found;
	switch (form) {
	case DW_FORM_sdata:
	case DW_FORM_implicit_const:
		result = dwarf_formsdata(attribute, &value, &error);
		number = (Dwarf_Unsigned)value;
		break;
	case DW_FORM_data1:
	case DW_FORM_data2:
	case DW_FORM_data4:
	case DW_FORM_data8:
	case DW_FORM_udata:
		result = dwarf_formudata(attribute, &number, &error);
		break;
	case DW_FORM_flag:
	case DW_FORM_flag_present:
		result = dwarf_formflag(attribute, &flag, &error);
		number = (Dwarf_Unsigned)flag;
		break;
	default:
		/* A bound that is a reference or an expression is none that is known. */
		found = name == DW_AT_data_member_location;
		if (found)
			found = read_location(die->library, debug, attribute, ret_number, &error);
		dwarf_dealloc_attribute(attribute);
		if (error)
			return refuse(debug, error, why);
		if (found < 0)
			return reason_set(why, found,
					  "DWARF: a member's location is an expression "
					  "that is not known");
		if (ret_negative)
			*ret_negative = false;
		return name == DW_AT_data_member_location;
	}
	dwarf_dealloc_attribute(attribute);
	if (result != DW_DLV_OK)
		return refuse(debug, error, why);
	*ret_number = number;
	if (ret_negative)
		*ret_negative = value < 0;
	return 1;
}

int dwarf_die_name(const struct dwarf_die *die, const char **ret_name, struct reason *why)
{
	Dwarf_Debug debug = die->file->debug;
	Dwarf_Error error = NULL;
	char *name = NULL;

	*ret_name = "";
	switch (dwarf_diename(die->die, &name, &error)) {
	case DW_DLV_OK:
		*ret_name = name;
		return 0;
	case DW_DLV_NO_ENTRY:
		return 0;
	default:
		return refuse(debug, error, why);
	}
}

/* Of a form that names an entry: the place. 0 or an error of libdwarf. */
static int read_reference(const struct dwarf_die *die, Dwarf_Attribute attribute, Dwarf_Half form,
			  uint64_t *ret_place, Dwarf_Error *error)
{
	const struct dwarf_library *library = die->library;
	Dwarf_Sig8 bytes;
	uint64_t signature;
	Dwarf_Off offset;

	if (form == DW_FORM_ref_sig8) {
		if (dwarf_formsig8(attribute, &bytes, error) != DW_DLV_OK)
			return -EBADMSG;
		signature = bytes_load(&bytes, 8, library->units->swapped);
		*ret_place = dwarf_units_find_signature(library->units, signature);
		return *ret_place ? 0 : -EBADMSG;
	}
	if (dwarf_global_formref(attribute, &offset, error) != DW_DLV_OK)
		return -EBADMSG;
	switch (form) {
	case DW_FORM_GNU_ref_alt:
	case DW_FORM_ref_sup4:
	case DW_FORM_ref_sup8:
		*ret_place = dwarf_place(DWARF_PART_ALTERNATE, offset);
		return library->alternate.debug ? 0 : -EBADMSG;
	case DW_FORM_ref_addr:
		break;
	default:
		if (die->part == DWARF_PART_TYPES) {
			*ret_place = dwarf_place(DWARF_PART_TYPES, offset);
			return 0;
		}
		break;
	}
	*ret_place = die->file->start + offset;
	return 0;
}

int dwarf_die_reference(const struct dwarf_die *die, unsigned int name, uint64_t *ret_place,
			struct reason *why)
{
	Dwarf_Error error = NULL;
	Dwarf_Attribute attribute;
	Dwarf_Half form;
	int found = open_attribute(die, name, &attribute, &form, why);
	int err;

	if (found <= 0)
		return found;
	err = read_reference(die, attribute, form, ret_place, &error);
	dwarf_dealloc_attribute(attribute);
	if (error)
		return refuse(die->file->debug, error, why);
	return err ? reason_set(why, err, "DWARF: a reference leads nowhere") : 1;
}
