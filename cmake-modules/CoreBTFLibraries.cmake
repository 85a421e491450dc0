# SPDX-License-Identifier: MIT
#
# The libraries of other projects that a program with BTFs needs, as targets that link the same way
# whether or not the program is linked with -static:
#
#   CoreBTF::static_needs  zlib and liblzma, which libcorebtf.a needs
#   CoreBTF::libbpf        libbpf: the one that pkg-config finds, or
#
#   corebtf_use_libbpf(FOLDER)
#
# the one whose source is in FOLDER, a git submodule for example. It is built once, by its own
# Makefile, as a static library, and used by every corebtf_add_bpf_object() after this call. A
# project that has a target for libbpf already names that one instead, before the first
# corebtf_add_bpf_object(): add_library(CoreBTF::libbpf ALIAS its_libbpf)

include_guard(GLOBAL)
cmake_policy(VERSION 3.25)

# What to link for libraries that were found as files. A library in a folder that the linker
# searches is linked by name (-lz): a file libz.so cannot be part of a static program, while for
# the name the linker takes libz.a there.
function(_corebtf_by_name variable)
	set(folders ${CMAKE_C_IMPLICIT_LINK_DIRECTORIES} ${CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES})
	set(items)
	foreach(path IN LISTS ARGN)
		cmake_path(GET path PARENT_PATH folder)
		if(path MATCHES "/lib([^/]+)\\.so$" AND folder IN_LIST folders)
			set(path ${CMAKE_MATCH_1})
		endif()
		list(APPEND items ${path})
	endforeach()
	set(${variable} ${items} PARENT_SCOPE)
endfunction()

# FindLibLZMA links trial programs with the liblzma.so that it found, which fails if
# CMAKE_EXE_LINKER_FLAGS has -static. Every liblzma since 5.0 has the functions that it tries.
macro(_corebtf_trust_liblzma)
	foreach(_corebtf_part AUTO_DECODER EASY_ENCODER LZMA_PRESET)
		set(LIBLZMA_HAS_${_corebtf_part} TRUE)
	endforeach()
	unset(_corebtf_part)
endmacro()

# Defines CoreBTF::static_needs. ZLIB::ZLIB and the others must be defined.
function(_corebtf_import_static_needs)
	if(TARGET CoreBTF::static_needs)
		return()
	endif()
	set(needs)
	foreach(target ZLIB::ZLIB LibLZMA::LibLZMA)
		set(path)
		get_target_property(imported ${target} IMPORTED)
		if(imported)
			foreach(config "" _RELEASE _NONE _NOCONFIG)
				get_target_property(path ${target} IMPORTED_LOCATION${config})
				if(path)
					break()
				endif()
			endforeach()
		endif()
		set(item ${target})
		if(path)
			_corebtf_by_name(name ${path})
			if(NOT name STREQUAL path)
				set(item ${name})
			endif()
		endif()
		list(APPEND needs ${item})
	endforeach()
	add_library(CoreBTF::static_needs INTERFACE IMPORTED GLOBAL)
	target_link_libraries(CoreBTF::static_needs INTERFACE ${needs} Threads::Threads)
endfunction()

# One item to link, for the libraries that libbpf needs: a static libbpf gets them, a shared one
# finds them by itself.
function(_corebtf_libbpf_needs variable)
	pkg_check_modules(COREBTF_LIBELF QUIET libelf zlib)
	set(names elf z)
	if(COREBTF_LIBELF_FOUND)
		set(names ${COREBTF_LIBELF_STATIC_LIBRARIES})
	endif()
	list(REMOVE_DUPLICATES names)
	set(item "-Wl,--push-state,--as-needed")
	foreach(folder IN LISTS COREBTF_LIBELF_LIBRARY_DIRS)
		string(APPEND item ",-L${folder}")
	endforeach()
	foreach(name IN LISTS names)
		find_library(COREBTF_LIBRARY_${name} ${name} HINTS ${COREBTF_LIBELF_LIBRARY_DIRS})
		mark_as_advanced(COREBTF_LIBRARY_${name})
		if(COREBTF_LIBRARY_${name})
			string(APPEND item ",-l${name}")
		endif()
	endforeach()
	set(${variable} "${item},--pop-state" PARENT_SCOPE)
endfunction()

# Defines CoreBTF::libbpf, or stops.
function(_corebtf_find_libbpf caller)
	if(TARGET CoreBTF::libbpf)
		return()
	endif()
	find_package(PkgConfig QUIET)
	if(NOT PKG_CONFIG_FOUND)
		message(FATAL_ERROR "${caller}: pkg-config was not found. "
			"Debian: apt-get install pkg-config")
	endif()
	pkg_check_modules(COREBTF_LIBBPF QUIET IMPORTED_TARGET GLOBAL "libbpf>=0.5")
	if(NOT COREBTF_LIBBPF_FOUND)
		message(FATAL_ERROR "${caller}: libbpf 0.5 or newer was not found. "
			"Debian: apt-get install libbpf-dev. When it is elsewhere: set the environment "
			"variable PKG_CONFIG_PATH. When its source is a part of this project: "
			"corebtf_use_libbpf(FOLDER), before ${caller}()")
	endif()
	_corebtf_by_name(libraries ${COREBTF_LIBBPF_LINK_LIBRARIES})
	_corebtf_libbpf_needs(needs)
	add_library(CoreBTF::libbpf INTERFACE IMPORTED GLOBAL)
	target_include_directories(CoreBTF::libbpf INTERFACE ${COREBTF_LIBBPF_INCLUDE_DIRS})
	target_compile_options(CoreBTF::libbpf INTERFACE ${COREBTF_LIBBPF_CFLAGS_OTHER})
	target_link_options(CoreBTF::libbpf INTERFACE ${COREBTF_LIBBPF_LDFLAGS_OTHER})
	target_link_libraries(CoreBTF::libbpf INTERFACE ${libraries} ${needs})
endfunction()

function(corebtf_use_libbpf folder)
	if(ARGN)
		message(FATAL_ERROR "corebtf_use_libbpf: one FOLDER, not also: ${ARGN}")
	endif()
	cmake_path(ABSOLUTE_PATH folder NORMALIZE)
	if(NOT EXISTS ${folder}/src/libbpf.c)
		message(FATAL_ERROR "corebtf_use_libbpf: ${folder}: not the source of libbpf: there is no "
			"src/libbpf.c in it. For a git submodule: git submodule update --init")
	endif()
	if(TARGET CoreBTF::libbpf)
		message(FATAL_ERROR "corebtf_use_libbpf: there is a libbpf already: call this once, "
			"and before corebtf_add_bpf_object()")
	endif()
	if("${folder} ${CMAKE_CURRENT_BINARY_DIR}" MATCHES " .* ")
		message(FATAL_ERROR "corebtf_use_libbpf: libbpf's Makefile takes no folder with a space in "
			"its name: ${folder}, ${CMAKE_CURRENT_BINARY_DIR}")
	endif()
	find_program(COREBTF_MAKE NAMES make gmake NO_CMAKE_FIND_ROOT_PATH
		DOC "make, for corebtf_use_libbpf()")
	if(NOT COREBTF_MAKE)
		message(FATAL_ERROR "corebtf_use_libbpf: make was not found. Debian: apt-get install make")
	endif()
	find_package(PkgConfig QUIET)

	set(place ${CMAKE_CURRENT_BINARY_DIR}/libbpf)
	file(GLOB sources CONFIGURE_DEPENDS ${folder}/src/*.[ch] ${folder}/src/Makefile)
	# UAPIDIR: libbpf may need newer kernel headers than the system's.
	add_custom_command(OUTPUT ${place}/libbpf.a
		COMMAND ${COREBTF_MAKE} -C ${folder}/src BUILD_STATIC_ONLY=y OBJDIR=${place}/build
			LIBDIR=${place} INCLUDEDIR=${place}/include UAPIDIR=${place}/include
			CC=${CMAKE_C_COMPILER} AR=${CMAKE_AR} "CFLAGS=${CMAKE_C_FLAGS} -g -O2 -fPIC"
			install install_uapi_headers
		DEPENDS ${sources}
		COMMENT "Building libbpf out of ${folder}"
		VERBATIM)
	add_custom_target(corebtf_libbpf DEPENDS ${place}/libbpf.a)
	file(MAKE_DIRECTORY ${place}/include) # a target's include folder has to be there
	_corebtf_libbpf_needs(needs)
	add_library(CoreBTF::libbpf STATIC IMPORTED GLOBAL)
	add_dependencies(CoreBTF::libbpf corebtf_libbpf)
	set_target_properties(CoreBTF::libbpf PROPERTIES IMPORTED_LOCATION ${place}/libbpf.a)
	target_include_directories(CoreBTF::libbpf INTERFACE ${place}/include)
	target_link_libraries(CoreBTF::libbpf INTERFACE ${needs})
endfunction()
