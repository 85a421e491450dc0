# SPDX-License-Identifier: MIT
#
#   corebtf_add_bpf_object(NAME SOURCE x.bpf.c [SKELETON] [OPTIONS clang-option...])
#
# Compiles x.bpf.c to x.bpf.o in the current build folder, without DWARF. With SKELETON, also
# makes x.skel.h (of the skeleton x_bpf). NAME is a library target: a target that links it
# finds x.skel.h and libbpf's headers, and is built after them. The object's path is in NAME's
# property COREBTF_BPF_OBJECT.

include_guard(GLOBAL)
cmake_policy(VERSION 3.25) # the functions below need it, for any policy of the caller

include(${CMAKE_CURRENT_LIST_DIR}/CoreBTFLibraries.cmake)

# Finds a program once, or stops and says which Debian package has it. /usr/sbin: Debian keeps
# bpftool there, and it is not on every user's PATH. The program runs on this machine, so the folders
# of a cross-compilation are not searched.
function(_corebtf_find_program variable program package caller)
	find_program(${variable} NAMES ${program} PATHS /usr/sbin /sbin NO_CMAKE_FIND_ROOT_PATH
		DOC "${program}, for ${caller}()")
	if(NOT ${variable})
		message(FATAL_ERROR "${caller}: ${program} was not found. "
			"Debian: apt-get install ${package}. "
			"When it is elsewhere: -D${variable}=/path/to/${program}")
	endif()
endfunction()

# The name that bpf_tracing.h knows the target machine by, empty when it has none.
function(_corebtf_target_arch variable)
	set(arch "")
	string(TOLOWER "${CMAKE_SYSTEM_PROCESSOR}" processor)
	if(processor MATCHES "^(x86_64|amd64|i[3-6]86)$")
		set(arch x86)
	elseif(processor MATCHES "^(aarch64|arm64)")
		set(arch arm64)
	elseif(processor MATCHES "^arm")
		set(arch arm)
	elseif(processor MATCHES "^s390")
		set(arch s390)
	elseif(processor MATCHES "^(ppc|powerpc)")
		set(arch powerpc)
	elseif(processor MATCHES "^riscv")
		set(arch riscv)
	elseif(processor MATCHES "^loongarch")
		set(arch loongarch)
	elseif(processor MATCHES "^mips")
		set(arch mips)
	endif()
	set(${variable} "${arch}" PARENT_SCOPE)
endfunction()

function(corebtf_add_bpf_object name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "SKELETON" "SOURCE" "OPTIONS")
	if(arg_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "corebtf_add_bpf_object: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
	endif()
	if(NOT arg_SOURCE)
		message(FATAL_ERROR "corebtf_add_bpf_object: SOURCE is missing")
	endif()
	cmake_path(ABSOLUTE_PATH arg_SOURCE NORMALIZE OUTPUT_VARIABLE source)
	get_source_file_property(generated ${source} GENERATED)
	if(NOT EXISTS ${source} AND NOT generated)
		message(FATAL_ERROR "corebtf_add_bpf_object: ${source}: no such file")
	endif()

	_corebtf_find_program(COREBTF_CLANG clang clang corebtf_add_bpf_object)
	_corebtf_find_program(COREBTF_BPFTOOL bpftool bpftool corebtf_add_bpf_object)
	_corebtf_find_libbpf(corebtf_add_bpf_object)

	cmake_path(GET source FILENAME stem)
	string(REGEX REPLACE "(\\.bpf)?\\.c$" "" stem "${stem}")
	set(compiled ${CMAKE_CURRENT_BINARY_DIR}/${stem}.tmp.bpf.o)
	set(object ${CMAKE_CURRENT_BINARY_DIR}/${stem}.bpf.o)
	set(outputs ${object})

	# The byte order is the target machine's, and so are the headers below linux/ and asm/.
	# clang searches for those in the folders of its own target, and bpf has none: add the
	# folders of the compiler, after all others.
	if(CMAKE_C_COMPILER_LOADED)
		set(language C)
	else()
		set(language CXX)
	endif()
	set(options -g -O2 -Wall)
	if(CMAKE_${language}_BYTE_ORDER STREQUAL "BIG_ENDIAN")
		list(APPEND options -target bpfeb)
	else()
		list(APPEND options -target bpfel)
	endif()
	_corebtf_target_arch(arch)
	if(arch)
		list(APPEND options -D__TARGET_ARCH_${arch})
	endif()
	set(folders "$<TARGET_PROPERTY:CoreBTF::libbpf,INTERFACE_INCLUDE_DIRECTORIES>")
	set(libbpf_headers "$<$<BOOL:${folders}>:-isystem;$<JOIN:${folders},;-isystem;>>")
	foreach(folder IN LISTS CMAKE_${language}_IMPLICIT_INCLUDE_DIRECTORIES)
		list(APPEND options -idirafter ${folder})
	endforeach()
	if(CMAKE_SYSROOT)
		list(APPEND options --sysroot=${CMAKE_SYSROOT})
	endif()
	# Where bpf_buffer.bpf.h is. After the others, as it may be all of /usr/include.
	get_property(include_dir GLOBAL PROPERTY COREBTF_INCLUDE_DIR)
	list(APPEND options -idirafter ${include_dir})

	# If libbpf is built with the project, its headers must exist first.
	set(libbpf)
	if(TARGET corebtf_libbpf)
		set(libbpf corebtf_libbpf)
	endif()
	add_custom_command(OUTPUT ${compiled}
		COMMAND ${COREBTF_CLANG} ${options} "${libbpf_headers}" ${arg_OPTIONS}
			-MD -MF ${compiled}.d -MQ ${compiled} -c ${source} -o ${compiled}
		DEPENDS ${source} ${libbpf}
		DEPFILE ${compiled}.d
		COMMENT "Building BPF object ${stem}.bpf.o"
		COMMAND_EXPAND_LISTS VERBATIM)
	# Linking a single object drops only the DWARF.
	add_custom_command(OUTPUT ${object}
		COMMAND ${COREBTF_BPFTOOL} gen object ${object} ${compiled}
		DEPENDS ${compiled}
		COMMENT "Linking BPF object ${stem}.bpf.o"
		VERBATIM)
	if(arg_SKELETON)
		string(MAKE_C_IDENTIFIER "${stem}_bpf" skeleton_name)
		set(skeleton ${CMAKE_CURRENT_BINARY_DIR}/${stem}.skel.h)
		list(APPEND outputs ${skeleton})
		add_custom_command(OUTPUT ${skeleton}
			COMMAND ${COREBTF_BPFTOOL} gen skeleton ${object} name ${skeleton_name}
				> ${skeleton}
			DEPENDS ${object}
			COMMENT "Generating skeleton ${stem}.skel.h"
			VERBATIM)
	endif()

	add_library(${name} INTERFACE ${outputs})
	target_include_directories(${name} SYSTEM INTERFACE ${CMAKE_CURRENT_BINARY_DIR})
	target_link_libraries(${name} INTERFACE CoreBTF::libbpf)
	set_target_properties(${name} PROPERTIES COREBTF_BPF_OBJECT ${object})
endfunction()
