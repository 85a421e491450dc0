# SPDX-License-Identifier: MIT
#
# For corebtf_embed(): does the linker of a target take corebtf.ld, so that a segment can be
# reserved for the BTFs, and if so, the additions to that target's link.
#
# The linker depends on the compiler and on options from many places. So a small program is
# linked with the target's options that choose a linker or its kind of output.

include_guard(GLOBAL)
cmake_policy(VERSION 3.25)

# The link options of a target: its own, and those of the libraries that it links.
function(_corebtf_link_options target variable)
	set(options)
	foreach(property LINK_OPTIONS LINK_FLAGS)
		get_target_property(value ${target} ${property})
		if(value)
			if(property STREQUAL "LINK_FLAGS")
				separate_arguments(value UNIX_COMMAND "${value}")
			endif()
			list(APPEND options ${value})
		endif()
	endforeach()
	get_target_property(pending ${target} LINK_LIBRARIES)
	set(seen)
	while(pending)
		list(POP_FRONT pending library)
		string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" library "${library}")
		if(NOT TARGET "${library}" OR library IN_LIST seen)
			continue()
		endif()
		list(APPEND seen ${library})
		get_target_property(value ${library} INTERFACE_LINK_OPTIONS)
		if(value)
			list(APPEND options ${value})
		endif()
		get_target_property(value ${library} INTERFACE_LINK_LIBRARIES)
		if(value)
			list(APPEND pending ${value})
		endif()
	endwhile()
	set(${variable} "${options}" PARENT_SCOPE)
endfunction()

# Checks that the section is there and is the last one in memory, so that the segment can grow.
function(_corebtf_look_at_trial path variable)
	execute_process(COMMAND ${CMAKE_READELF} -SW ${path} OUTPUT_VARIABLE sections ERROR_QUIET)
	set(${variable} "" PARENT_SCOPE)
	if(NOT sections MATCHES "\\.corebtf +PROGBITS +([0-9a-f]+) [^\n]* A ")
		set(${variable} "its linker takes corebtf.ld but reserves no segment" PARENT_SCOPE)
		return()
	endif()
	set(address ${CMAKE_MATCH_1}) # as wide as all others, with zeros before it
	string(REGEX MATCHALL "\\.[^ ]+ +[A-Z_]+ +[0-9a-f]+ [0-9a-f]+ [0-9a-f]+ [0-9a-f]+ +[A-Z]*A[A-Z]* "
		loaded "${sections}")
	foreach(section IN LISTS loaded)
		if(section MATCHES "^([^ ]+) +[A-Z_]+ +([0-9a-f]+)" AND CMAKE_MATCH_2 STRGREATER address)
			set(${variable} "its linker puts ${CMAKE_MATCH_1} behind .corebtf" PARENT_SCOPE)
		endif()
	endforeach()
endfunction()

# Links a small program with corebtf.ld, as the target would be in this configuration. Sets
# VARIABLE to why that does not work, empty when it does.
function(_corebtf_try_script target config options variable)
	get_property(script GLOBAL PROPERTY COREBTF_LINKER_SCRIPT)
	if(CMAKE_C_COMPILER_LOADED)
		set(suffix c)
		set(compiler ${CMAKE_C_COMPILER})
	elseif(CMAKE_CXX_COMPILER_LOADED)
		set(suffix cc)
		set(compiler ${CMAKE_CXX_COMPILER})
	else()
		set(${variable} "this project has no C or C++ compiler to try the linker with"
			PARENT_SCOPE)
		return()
	endif()
	get_target_property(kind ${target} TYPE)
	string(REGEX REPLACE "(CUTABLE|_LIBRARY)$" "" kind "${kind}") # EXE, SHARED, MODULE
	string(TOUPPER "${config}" upper_config)
	set(flags "${CMAKE_${kind}_LINKER_FLAGS}")
	if(config)
		string(APPEND flags " ${CMAKE_${kind}_LINKER_FLAGS_${upper_config}}")
	endif()
	separate_arguments(flags UNIX_COMMAND "${flags}")
	list(APPEND flags ${options})
	# Options that the trial needs; others may name files that do not exist yet.
	list(FILTER flags INCLUDE REGEX
		"^(SHELL: *)?(-fuse-ld|--ld-path|-B|-static|-pie|-no-pie|-m|--target)")
	get_target_property(linker_type ${target} LINKER_TYPE) # since CMake 3.29
	if(NOT linker_type)
		set(linker_type)
	endif()

	string(MD5 key "${compiler} ${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS} ${flags} ${linker_type} ${script}")
	string(SUBSTRING ${key} 0 12 key)
	set(result COREBTF_SEGMENT_${key})
	if(NOT DEFINED ${result})
		set(folder ${CMAKE_BINARY_DIR}/CMakeFiles/CoreBTF/${key})
		file(WRITE ${folder}/trial.${suffix} [[
/* What libcorebtf.a and `corebtf convert` have for corebtf.ld. */
static const unsigned char reserve[8]
	__attribute__((section(".rodata.corebtf"), used, aligned(8))) = {0};
#ifdef __cplusplus
extern "C"
#endif
int puts(const char *);
int main(int argc, char **argv)
{
	return argc > 1 ? puts(argv[1]) : 0; /* for a .plt, which some linkers put last */
}
]])
		set(CMAKE_TRY_COMPILE_TARGET_TYPE EXECUTABLE)
		set(CMAKE_EXE_LINKER_FLAGS "")
		set(CMAKE_TRY_COMPILE_CONFIGURATION "${config}")
		try_compile(linked ${folder} SOURCES ${folder}/trial.${suffix}
			CMAKE_FLAGS "-DCMAKE_LINKER_TYPE=${linker_type}"
			LINK_OPTIONS ${flags} "SHELL:-Xlinker -T -Xlinker \"${script}\""
			OUTPUT_VARIABLE output
			COPY_FILE ${folder}/trial COPY_FILE_ERROR ignored)
		file(WRITE ${folder}/trial.log "${output}")
		set(why)
		if(NOT linked)
			set(why "its linker does not take corebtf.ld (see ${folder}/trial.log)")
		elseif(CMAKE_READELF AND EXISTS ${folder}/trial)
			_corebtf_look_at_trial(${folder}/trial why)
		endif()
		set(${result} "${why}" CACHE INTERNAL "why a target cannot have a segment for BTFs")
	endif()
	set(${variable} "${${result}}" PARENT_SCOPE)
endfunction()

# Why the target should not be linked with corebtf.ld; empty when it can be.
function(_corebtf_why_no_segment target config mode variable)
	_corebtf_link_options(${target} options)
	set(conditional ${options})
	list(FILTER conditional INCLUDE REGEX "\\$<.*(-fuse-ld|--ld-path)")
	# A script of the project places its sections itself.
	set(scripts ${options})
	list(FILTER scripts INCLUDE REGEX
		"^(SHELL: *|LINKER:|-Wl,|-Xlinker +)*(-T|--script|--default-script)")
	set(why)
	if(conditional)
		# Only CMake's generator can evaluate it. MODE segment is used without a check:
		# the linker fails if it does not take the script.
		if(NOT mode STREQUAL "segment")
			set(why "its linker depends on a generator expression (${conditional})")
		endif()
	elseif(scripts AND NOT mode STREQUAL "segment")
		set(why "it has a linker script of its own (${scripts})")
	else()
		_corebtf_try_script(${target} "${config}" "${options}" why)
	endif()
	set(${variable} "${why}" PARENT_SCOPE)
endfunction()

#
# Called at the end of the target's folder, so that options set after corebtf_embed() count.
#
function(_corebtf_reserve_segment target mode)
	get_property(script GLOBAL PROPERTY COREBTF_LINKER_SCRIPT)
	set(configs ${CMAKE_CONFIGURATION_TYPES})
	if(NOT configs)
		set(configs "${CMAKE_BUILD_TYPE}")
	endif()
	if(NOT configs)
		set(configs none)
	endif()
	set(with)
	foreach(config IN LISTS configs)
		string(REGEX REPLACE "^none$" "" config_name "${config}")
		_corebtf_why_no_segment(${target} "${config_name}" ${mode} why)
		if(NOT why)
			list(APPEND with ${config})
		elseif(mode STREQUAL "segment")
			message(FATAL_ERROR "corebtf_embed: ${target}: no segment can be reserved: ${why}. "
				"GNU ld and lld can (-fuse-ld=bfd, -fuse-ld=lld); "
				"MODE section works with every linker")
		else()
			message(STATUS "corebtf_embed: ${target}: kernel BTFs go into an added section: ${why}")
		endif()
	endforeach()
	if(NOT with)
		return()
	endif()
	message(STATUS "corebtf_embed: ${target}: kernel BTFs go into a reserved segment")

	# A program with the shared libcorebtf has no section for the segment, so every program
	# gets it from here.
	_corebtf_object_folder(${target} folder)
	set(reserve ${folder}/${target}.reserve.o)
	_corebtf_find_embedder(command watched)
	_corebtf_target_machine(machine)
	add_custom_command(OUTPUT ${reserve}
		COMMAND ${command} convert --reserve -o ${reserve} ${machine} --quiet
		DEPENDS ${watched}
		COMMENT "Reserving a segment for kernel BTFs in ${target}"
		VERBATIM)
	_corebtf_add_object(${target} ${reserve} "${with}")
	set(options "SHELL:-Xlinker -T -Xlinker \"${script}\"")
	if(CMAKE_CONFIGURATION_TYPES)
		list(JOIN with "," with)
		set(options "$<$<CONFIG:${with}>:${options}>")
	endif()
	target_link_options(${target} PRIVATE "${options}")
	set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${script})
endfunction()
