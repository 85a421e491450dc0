# SPDX-License-Identifier: MIT
#
# What a project calls to have kernel BTFs in its own executable:
#
#   corebtf_add_bpf_object(NAME SOURCE x.bpf.c [SKELETON] [OPTIONS clang-option...])
#   corebtf_embed(TARGET executable
#           [OBJECTS x.bpf.o|target...] [KERNELS path...] [BUNDLE file]
#           [COMPRESS none|xz] [ALL_MACHINES])
#
# This file is the same in the source tree, in the build tree and in an installed package.
# Missing tools are reported where a function needs them, so that a project that only links the
# library needs neither clang nor bpftool.

include_guard(GLOBAL)

# The embedder runs on the machine that builds. When cross-compiling, the one that was built
# along with the library is for the target: then name one for this machine here.
set(COREBTF_EMBEDDER "" CACHE FILEPATH
	"The command corebtf that corebtf_embed() runs; empty: the one of this package")

# Finds a program once, or stops and says which Debian package has it. /usr/sbin: Debian keeps
# bpftool there, and it is not on every user's PATH.
function(_corebtf_find_program variable program package caller)
	find_program(${variable} NAMES ${program} PATHS /usr/sbin /sbin
		DOC "${program}, for ${caller}()")
	if(NOT ${variable})
		message(FATAL_ERROR "${caller}: ${program} was not found. "
			"Debian: apt-get install ${package}. "
			"When it is elsewhere: -D${variable}=/path/to/${program}")
	endif()
endfunction()

# Makes the imported target PkgConfig::COREBTF_LIBBPF known, or stops.
macro(_corebtf_find_libbpf caller)
	if(NOT TARGET PkgConfig::COREBTF_LIBBPF)
		find_package(PkgConfig QUIET)
		if(NOT PKG_CONFIG_FOUND)
			message(FATAL_ERROR "${caller}: pkg-config was not found. "
				"Debian: apt-get install pkg-config")
		endif()
		pkg_check_modules(COREBTF_LIBBPF QUIET IMPORTED_TARGET GLOBAL "libbpf>=0.5")
		if(NOT COREBTF_LIBBPF_FOUND)
			message(FATAL_ERROR "${caller}: libbpf 0.5 or newer was not found. "
				"Debian: apt-get install libbpf-dev")
		endif()
	endif()
endmacro()

#
# corebtf_add_bpf_object(NAME SOURCE x.bpf.c [SKELETON] [OPTIONS clang-option...])
#
# Compiles x.bpf.c to x.bpf.o in the current build folder, without DWARF. With SKELETON, also
# makes x.skel.h (of the skeleton x_bpf). NAME is a library target: whoever links it
# finds x.skel.h and libbpf's headers, and is built after them. The object's path is in NAME's
# property COREBTF_BPF_OBJECT.
#
function(corebtf_add_bpf_object name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "SKELETON" "SOURCE" "OPTIONS")
	if(arg_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "corebtf_add_bpf_object: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
	endif()
	if(NOT arg_SOURCE)
		message(FATAL_ERROR "corebtf_add_bpf_object: SOURCE is missing")
	endif()
	cmake_path(ABSOLUTE_PATH arg_SOURCE NORMALIZE OUTPUT_VARIABLE source)
	if(NOT EXISTS ${source})
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
	# clang looks for those only where its own target has them, which for bpf is nowhere:
	# it is given the folders of the C compiler, after all others.
	set(options -g -O2 -Wall)
	if(CMAKE_C_BYTE_ORDER STREQUAL "BIG_ENDIAN")
		list(APPEND options -target bpfeb)
	else()
		list(APPEND options -target bpfel)
	endif()
	_corebtf_target_arch(arch)
	if(arch)
		list(APPEND options -D__TARGET_ARCH_${arch})
	endif()
	foreach(folder IN LISTS COREBTF_LIBBPF_INCLUDE_DIRS)
		list(APPEND options -isystem ${folder})
	endforeach()
	foreach(folder IN LISTS CMAKE_C_IMPLICIT_INCLUDE_DIRECTORIES)
		list(APPEND options -idirafter ${folder})
	endforeach()
	if(CMAKE_SYSROOT)
		list(APPEND options --sysroot=${CMAKE_SYSROOT})
	endif()

	add_custom_command(OUTPUT ${compiled}
		COMMAND ${COREBTF_CLANG} ${options} ${arg_OPTIONS}
			-MD -MF ${compiled}.d -MT ${compiled} -c ${source} -o ${compiled}
		DEPENDS ${source}
		DEPFILE ${compiled}.d
		COMMENT "Building BPF object ${stem}.bpf.o"
		VERBATIM)
	# Linking a single object leaves everything but the DWARF.
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
	target_link_libraries(${name} INTERFACE PkgConfig::COREBTF_LIBBPF)
	set_target_properties(${name} PROPERTIES COREBTF_BPF_OBJECT ${object})
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

#
# corebtf_embed(TARGET executable
#         [OBJECTS x.bpf.o|target...] [KERNELS path...] [BUNDLE file]
#         [COMPRESS none|xz] [ALL_MACHINES])
#
# Gives an executable its section .corebtf, as a step of its link.
#
#   OBJECTS       the BPF objects to trim for: files, or targets of corebtf_add_bpf_object().
#                 Without it, the embedder finds the objects that are inside the executable.
#   KERNELS       kernel BTFs: files, or folders in BTFHub's layout.
#   BUNDLE        instead of KERNELS: a finished bundle, as `corebtf extract` writes it.
#   COMPRESS      how trimmed BTFs are stored; none is the default.
#   ALL_MACHINES  also the kernels of machines that the executable cannot run on.
#
# The executable is linked and embedded again when an object, a BTF (also a new or a removed
# one), the bundle or the embedder itself changed. Files below /sys and /proc are read but not
# watched: their time stamps say nothing.
#
function(corebtf_embed)
	cmake_parse_arguments(PARSE_ARGV 0 arg "ALL_MACHINES" "TARGET;BUNDLE;COMPRESS"
		"OBJECTS;KERNELS")
	if(arg_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "corebtf_embed: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
	endif()
	if(NOT arg_TARGET)
		message(FATAL_ERROR "corebtf_embed: TARGET is missing")
	endif()
	if(NOT TARGET ${arg_TARGET})
		message(FATAL_ERROR "corebtf_embed: ${arg_TARGET}: no such target")
	endif()
	get_target_property(type ${arg_TARGET} TYPE)
	if(NOT type MATCHES "^(EXECUTABLE|SHARED_LIBRARY|MODULE_LIBRARY)$")
		message(FATAL_ERROR "corebtf_embed: ${arg_TARGET} is a ${type}; "
			"only an executable or a shared library can carry BTFs")
	endif()
	if(arg_BUNDLE AND (arg_KERNELS OR arg_OBJECTS OR arg_COMPRESS OR arg_ALL_MACHINES))
		message(FATAL_ERROR "corebtf_embed: BUNDLE is finished as it is: "
			"it goes with TARGET alone")
	endif()
	if(NOT arg_BUNDLE AND NOT arg_KERNELS)
		message(FATAL_ERROR "corebtf_embed: KERNELS or BUNDLE is missing")
	endif()
	if(arg_COMPRESS AND NOT arg_COMPRESS MATCHES "^(none|xz)$")
		message(FATAL_ERROR "corebtf_embed: COMPRESS is none or xz, not ${arg_COMPRESS}")
	endif()

	set(watched)
	if(COREBTF_EMBEDDER)
		if(NOT EXISTS ${COREBTF_EMBEDDER})
			message(FATAL_ERROR "corebtf_embed: COREBTF_EMBEDDER: ${COREBTF_EMBEDDER}: no such file")
		endif()
		set(command ${COREBTF_EMBEDDER})
		list(APPEND watched ${COREBTF_EMBEDDER})
	elseif(TARGET CoreBTF::embedder)
		set(command $<TARGET_FILE:CoreBTF::embedder>)
		list(APPEND watched $<TARGET_FILE:CoreBTF::embedder>)
		add_dependencies(${arg_TARGET} CoreBTF::embedder)
	else()
		message(FATAL_ERROR "corebtf_embed: the command corebtf is not part of this package. "
			"Name one with -DCOREBTF_EMBEDDER=/path/to/corebtf")
	endif()

	if(arg_BUNDLE)
		cmake_path(ABSOLUTE_PATH arg_BUNDLE NORMALIZE OUTPUT_VARIABLE bundle)
		get_source_file_property(generated ${bundle} GENERATED)
		if(NOT EXISTS ${bundle} AND NOT generated)
			message(FATAL_ERROR "corebtf_embed: BUNDLE: ${bundle}: no such file")
		endif()
		list(APPEND watched ${bundle})
		list(APPEND command attach $<TARGET_FILE:${arg_TARGET}> ${bundle})
	else()
		_corebtf_embed_command(command watched)
	endif()

	set_property(TARGET ${arg_TARGET} APPEND PROPERTY LINK_DEPENDS ${watched})
	add_custom_command(TARGET ${arg_TARGET} POST_BUILD
		COMMAND ${command} --quiet
		COMMENT "Embedding kernel BTFs into ${arg_TARGET}"
		VERBATIM)
endfunction()

# The embed command's arguments and the files it reads, from arg_* of corebtf_embed().
macro(_corebtf_embed_command command watched)
	list(APPEND ${command} embed $<TARGET_FILE:${arg_TARGET}>)
	foreach(object IN LISTS arg_OBJECTS)
		if(TARGET ${object})
			get_target_property(path ${object} COREBTF_BPF_OBJECT)
			if(NOT path)
				message(FATAL_ERROR "corebtf_embed: OBJECTS: target ${object} "
					"was not made by corebtf_add_bpf_object()")
			endif()
			add_dependencies(${arg_TARGET} ${object})
		else()
			cmake_path(ABSOLUTE_PATH object NORMALIZE OUTPUT_VARIABLE path)
			get_source_file_property(generated ${path} GENERATED)
			if(NOT EXISTS ${path} AND NOT generated)
				message(FATAL_ERROR "corebtf_embed: OBJECTS: ${path}: no such file or target")
			endif()
		endif()
		list(APPEND ${command} ${path})
		list(APPEND ${watched} ${path})
	endforeach()
	set(all_files)
	foreach(kernels IN LISTS arg_KERNELS)
		cmake_path(ABSOLUTE_PATH kernels NORMALIZE OUTPUT_VARIABLE path)
		if(NOT EXISTS ${path})
			message(FATAL_ERROR "corebtf_embed: KERNELS: ${path}: no such file or folder")
		endif()
		list(APPEND ${command} --kernels ${path})
		if(IS_DIRECTORY ${path})
			file(GLOB_RECURSE files CONFIGURE_DEPENDS LIST_DIRECTORIES false
				${path}/*.btf ${path}/*.btf.tar.xz)
			if(NOT files)
				message(FATAL_ERROR "corebtf_embed: KERNELS: ${path}: "
					"no *.btf and no *.btf.tar.xz in this folder")
			endif()
			list(APPEND all_files ${files})
		elseif(NOT path MATCHES "^/(sys|proc)/")
			list(APPEND all_files ${path})
		endif()
	endforeach()
	# The list itself is watched as well: a BTF that is gone, or one that came with an old time
	# stamp, changes nothing else that a build tool looks at.
	list(JOIN all_files "\n" text)
	set(list_file ${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}.kernels.txt)
	file(GENERATE OUTPUT ${list_file} CONTENT "${text}\n")
	list(APPEND ${watched} ${all_files} ${list_file})
	if(arg_COMPRESS)
		list(APPEND ${command} --compress ${arg_COMPRESS})
	endif()
	if(arg_ALL_MACHINES)
		list(APPEND ${command} --all-machines)
	endif()
endmacro()
