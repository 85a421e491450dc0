# SPDX-License-Identifier: MIT
#
# What a project calls to put kernel BTFs into its own executable:
#
#   corebtf_add_bpf_object(NAME SOURCE x.bpf.c [SKELETON] [OPTIONS clang-option...])
#   corebtf_embed(TARGET executable
#           [OBJECTS x.bpf.o|target...] [KERNELS path...] [BUNDLE file]
#           [MODE auto|segment|section|link] [COMPRESS none|xz] [ALL_MACHINES] [KERNELS_WITH_BTF]
#           [KEEP field...] [AUTOMATIC])
#
# The first one is in CoreBTFBpfObject.cmake; corebtf_check(), a test that the BPF programs work on all
# kernels, is in CoreBTFCheck.cmake; CoreBTFLibraries.cmake has corebtf_use_libbpf(), for a
# libbpf whose source is a part of the project. These files are the same in the source tree, in the
# build tree and in an installed package. Missing tools are reported where a function needs them,
# so that a project that only links the library needs neither clang nor bpftool.
#
# A file that includes this one sets global properties first: COREBTF_LINKER_SCRIPT (the file
# corebtf.ld), COREBTF_INCLUDE_DIR, COREBTF_AUTOMATIC (the file automatic.c), COREBTF_KERNELS (the pack
# of kernels) and COREBTF_VERSION.

include_guard(GLOBAL)
cmake_policy(VERSION 3.25) # the functions below need it, for any policy of the caller

include(${CMAKE_CURRENT_LIST_DIR}/CoreBTFBpfObject.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/CoreBTFSegment.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/CoreBTFCheck.cmake)

# The functions of libbpf that runtime/automatic.c wraps, as an option of the compiler. A property,
# since a variable of add_subdirectory() or FetchContent is not seen where corebtf_embed() is called.
set_property(GLOBAL PROPERTY COREBTF_WRAP "-Wl,--wrap=bpf_object__open,--wrap=bpf_object__open_file")
set_property(GLOBAL APPEND_STRING PROPERTY COREBTF_WRAP
	",--wrap=bpf_object__open_mem,--wrap=bpf_object__open_skeleton")

# The embedder runs on the build machine, so cross-compiling needs an embedder for this machine.
set(COREBTF_EMBEDDER "" CACHE FILEPATH
	"The command corebtf that corebtf_embed() runs; empty: the one of this package")

# Stops unless this command runs here and is of our version; HINT says what to do.
function(_corebtf_check_embedder path hint)
	get_property(checked GLOBAL PROPERTY COREBTF_CHECKED_EMBEDDER)
	if(path STREQUAL checked)
		return()
	endif()
	get_property(wanted GLOBAL PROPERTY COREBTF_VERSION)
	execute_process(COMMAND ${path} --version RESULT_VARIABLE status
		OUTPUT_VARIABLE output ERROR_VARIABLE output)
	if(NOT status EQUAL 0)
		string(STRIP "${status} ${output}" output)
		message(FATAL_ERROR "corebtf_embed: ${path}: does not run on this machine "
			"(${output}). ${hint}")
	endif()
	if(NOT output MATCHES "^corebtf ([0-9]+\\.[0-9]+)")
		message(FATAL_ERROR "corebtf_embed: ${path}: is not the command corebtf. ${hint}")
	endif()
	# Before 1.0 a new minor version may write a format that an older library cannot read.
	set(version ${CMAKE_MATCH_1})
	string(REGEX REPLACE "^([0-9]+\\.[0-9]+).*" "\\1" wanted_minor "${wanted}")
	if(NOT version STREQUAL wanted_minor)
		message(FATAL_ERROR "corebtf_embed: ${path}: is version ${version}, "
			"and this package is ${wanted}. ${hint}")
	endif()
	set_property(GLOBAL PROPERTY COREBTF_CHECKED_EMBEDDER "${path}")
endfunction()

# The embedder's command line, and what to watch of it.
function(_corebtf_find_embedder command watched)
	set(hint "Name another one: -DCOREBTF_EMBEDDER=/path/to/corebtf")
	if(COREBTF_EMBEDDER)
		if(NOT EXISTS ${COREBTF_EMBEDDER})
			message(FATAL_ERROR "corebtf_embed: COREBTF_EMBEDDER: ${COREBTF_EMBEDDER}: "
				"no such file. ${hint}")
		endif()
		_corebtf_check_embedder(${COREBTF_EMBEDDER} "${hint}")
		set(found ${COREBTF_EMBEDDER})
	elseif(CMAKE_CROSSCOMPILING)
		find_program(COREBTF_HOST_EMBEDDER corebtf DOC "The command corebtf of this machine"
			NO_PACKAGE_ROOT_PATH NO_CMAKE_PATH NO_CMAKE_ENVIRONMENT_PATH
			NO_CMAKE_SYSTEM_PATH NO_CMAKE_FIND_ROOT_PATH)
		mark_as_advanced(COREBTF_HOST_EMBEDDER)
		if(NOT COREBTF_HOST_EMBEDDER)
			message(FATAL_ERROR "corebtf_embed: this package's command corebtf is for "
				"${CMAKE_SYSTEM_PROCESSOR}, and none for this machine is on the PATH. "
				"Build corebtf for this machine as well and name its command: "
				"-DCOREBTF_EMBEDDER=/path/to/corebtf")
		endif()
		_corebtf_check_embedder(${COREBTF_HOST_EMBEDDER} "${hint}")
		set(found ${COREBTF_HOST_EMBEDDER})
	elseif(TARGET CoreBTF::embedder)
		set(found $<TARGET_FILE:CoreBTF::embedder>)
	else()
		message(FATAL_ERROR "corebtf_embed: the command corebtf is not part of this package: "
			"add the component 'embedder' to find_package(CoreBTF), "
			"install all of corebtf, or name a command: "
			"-DCOREBTF_EMBEDDER=/path/to/corebtf")
	endif()
	set(${command} ${found} PARENT_SCOPE)
	set(${watched} ${found} PARENT_SCOPE)
endfunction()

# The shared library; it has another name where corebtf is a part of the project. Empty if there
# is none.
function(_corebtf_shared_library variable)
	set(${variable} "" PARENT_SCOPE)
	foreach(target CoreBTF::corebtf_shared CoreBTF::corebtf)
		if(TARGET ${target})
			set(${variable} $<TARGET_FILE:${target}> PARENT_SCOPE)
			return()
		endif()
	endforeach()
endfunction()

# For object files: an ELF file with the machine that they must be for. The shared library has
# the right ABI; the processor's name does not tell it.
function(_corebtf_target_machine variable)
	_corebtf_shared_library(library)
	if(library)
		set(${variable} --like ${library} PARENT_SCOPE)
	else()
		set(${variable} --machine ${CMAKE_SYSTEM_PROCESSOR} PARENT_SCOPE)
	endif()
endfunction()

# Where object files for a target are made; with several configurations one folder for each.
function(_corebtf_object_folder target variable)
	set(folder ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir/CoreBTF)
	foreach(config IN LISTS CMAKE_CONFIGURATION_TYPES)
		file(MAKE_DIRECTORY ${folder}/${config})
	endforeach()
	if(CMAKE_CONFIGURATION_TYPES)
		string(APPEND folder "/$<CONFIG>")
	else()
		file(MAKE_DIRECTORY ${folder})
	endif()
	set(${variable} ${folder} PARENT_SCOPE)
endfunction()

# Links an object file of that folder into the target, in the configurations named.
function(_corebtf_add_object target path configs)
	if(NOT CMAKE_CONFIGURATION_TYPES)
		set_source_files_properties(${path} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
		target_sources(${target} PRIVATE ${path})
		return()
	endif()
	foreach(config IN LISTS configs)
		string(REPLACE "$<CONFIG>" "${config}" one "${path}")
		set_source_files_properties(${one} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
		target_sources(${target} PRIVATE "$<$<CONFIG:${config}>:${one}>")
	endforeach()
endfunction()

# Without KERNELS: the pack that comes with corebtf. Not the cache of `corebtf fetch`, which the
# command without --kernels would take first: a build must not depend on who runs it.
function(_corebtf_default_kernels command variable)
	get_property(pack GLOBAL PROPERTY COREBTF_KERNELS)
	if(NOT EXISTS "${pack}")
		message(FATAL_ERROR "${command}: KERNELS is missing, and the pack of kernels that comes with "
			"the command corebtf is not installed beside this package (${pack})")
	endif()
	set(${variable} ${pack} PARENT_SCOPE)
endfunction()

# The kernel BTFs below the given paths, and the expressions that select of them: the arguments for
# the embedder, the files to watch.
function(_corebtf_kernels target paths expressions arguments watched)
	set(options)
	set(all_files)
	foreach(path IN LISTS paths)
		cmake_path(ABSOLUTE_PATH path NORMALIZE)
		if(NOT EXISTS ${path})
			message(FATAL_ERROR "corebtf_embed: KERNELS: ${path}: no such file or folder. "
				"BTFs of many kernels: https://github.com/aquasecurity/btfhub-archive")
		endif()
		list(APPEND options --kernels ${path})
		if(IS_DIRECTORY ${path})
			file(GLOB_RECURSE files CONFIGURE_DEPENDS LIST_DIRECTORIES false
				${path}/*.btf ${path}/*.btf.* ${path}/*.tar ${path}/*.tar.* ${path}/*.t?z
				${path}/*.deb ${path}/*.rpm ${path}/*.pack ${path}/vmlinu[xz]* ${path}/bzImage* ${path}/Image*)
			if(NOT files)
				message(FATAL_ERROR "corebtf_embed: KERNELS: ${path}: no *.btf, no "
					"*.btf.tar.xz and nothing else with kernels in this folder")
			endif()
			list(APPEND all_files ${files})
		elseif(NOT path MATCHES "^/(sys|proc)/")
			list(APPEND all_files ${path})
		endif()
	endforeach()
	foreach(expression IN LISTS expressions)
		list(APPEND options --select ${expression})
	endforeach()
	# Watch the list itself too: a removed BTF, a new one with an old time stamp, and with
	# Make other expressions change nothing else that a build tool checks.
	list(JOIN all_files "\n" text)
	foreach(expression IN LISTS expressions)
		string(APPEND text "\n--select ${expression}")
	endforeach()
	set(list_file ${CMAKE_CURRENT_BINARY_DIR}/${target}.kernels.txt)
	file(GENERATE OUTPUT ${list_file} CONTENT "${text}\n")
	set(${arguments} ${options} PARENT_SCOPE)
	set(${watched} ${all_files} ${list_file} PARENT_SCOPE)
endfunction()

# The paths of the given BPF objects, which are files or targets of corebtf_add_bpf_object().
function(_corebtf_objects target objects variable)
	set(paths)
	foreach(object IN LISTS objects)
		if(TARGET ${object})
			get_target_property(path ${object} COREBTF_BPF_OBJECT)
			if(NOT path)
				message(FATAL_ERROR "corebtf_embed: OBJECTS: target ${object} "
					"was not made by corebtf_add_bpf_object()")
			endif()
			add_dependencies(${target} ${object})
		else()
			cmake_path(ABSOLUTE_PATH object NORMALIZE OUTPUT_VARIABLE path)
			get_source_file_property(generated ${path} GENERATED)
			if(NOT EXISTS ${path} AND NOT generated)
				message(FATAL_ERROR "corebtf_embed: OBJECTS: ${path}: no such file or target")
			endif()
		endif()
		list(APPEND paths ${path})
	endforeach()
	set(${variable} ${paths} PARENT_SCOPE)
endfunction()

# Stops when the arguments of @command (arg_*) cannot be read, or name no target.
macro(_corebtf_check_common_arguments command)
	if(arg_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "${command}: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
	endif()
	if(arg_KEYWORDS_MISSING_VALUES)
		message(FATAL_ERROR "${command}: nothing given for: ${arg_KEYWORDS_MISSING_VALUES}")
	endif()
	if(NOT arg_TARGET)
		message(FATAL_ERROR "${command}: TARGET is missing")
	endif()
	if(NOT TARGET ${arg_TARGET})
		message(FATAL_ERROR "${command}: ${arg_TARGET}: no such target")
	endif()
endmacro()

# Stops when the arguments of corebtf_embed() (arg_*) make no sense.
macro(_corebtf_check_embed_arguments)
	_corebtf_check_common_arguments(corebtf_embed)
	get_target_property(type ${arg_TARGET} TYPE)
	if(NOT type MATCHES "^(EXECUTABLE|SHARED_LIBRARY|MODULE_LIBRARY)$")
		message(FATAL_ERROR "corebtf_embed: ${arg_TARGET} is a ${type}; "
			"only an executable or a shared library can carry BTFs")
	endif()
	get_target_property(already ${arg_TARGET} COREBTF_EMBEDDED)
	if(already)
		message(FATAL_ERROR "corebtf_embed: ${arg_TARGET} was given its BTFs already; "
			"name all KERNELS in one call")
	endif()
	foreach(expression IN LISTS arg_SELECT)
		# The most common mistake; the embedder checks the rest.
		if(NOT expression MATCHES "^!?((arch|os)=|release[<>=])")
			message(FATAL_ERROR "corebtf_embed: SELECT: '${expression}' does not start with "
				"arch=, os= or release and one of = < <= > >=, nor with these behind a !; "
				"for example \"os=ubuntu:20.04,release>=5.4,<5.15\"")
		endif()
	endforeach()
	if(arg_BUNDLE AND (arg_KERNELS OR arg_OBJECTS OR arg_SELECT OR arg_KEEP OR arg_COMPRESS OR arg_ALL_MACHINES
			   OR arg_KERNELS_WITH_BTF))
		message(FATAL_ERROR "corebtf_embed: BUNDLE is finished as it is: "
			"it goes with TARGET and MODE alone")
	endif()
	if(NOT arg_BUNDLE AND NOT arg_KERNELS)
		_corebtf_default_kernels(corebtf_embed arg_KERNELS)
	endif()
	if(arg_COMPRESS AND NOT arg_COMPRESS MATCHES "^(none|xz)$")
		message(FATAL_ERROR "corebtf_embed: COMPRESS is none or xz, not ${arg_COMPRESS}")
	endif()
	if(NOT arg_MODE)
		set(arg_MODE auto)
	endif()
	if(NOT arg_MODE MATCHES "^(auto|segment|section|link)$")
		message(FATAL_ERROR "corebtf_embed: MODE is auto, segment, section or link, "
			"not ${arg_MODE}")
	endif()
	if(arg_MODE STREQUAL "link" AND NOT arg_BUNDLE AND NOT arg_OBJECTS)
		message(FATAL_ERROR "corebtf_embed: MODE link trims before the program is there "
			"to be searched for BPF objects: name them with OBJECTS")
	endif()
endmacro()

#
# corebtf_embed(TARGET executable
#         [OBJECTS x.bpf.o|target...] [KERNELS path...] [SELECT expression...] [BUNDLE file]
#         [MODE auto|segment|section|link] [COMPRESS none|xz] [ALL_MACHINES] [KERNELS_WITH_BTF]
#         [KEEP field...] [AUTOMATIC])
#
# Gives an executable or a shared library its kernel BTFs, as a step of its link.
#
#   OBJECTS       the BPF objects to trim for: files, or targets of corebtf_add_bpf_object().
#                 Without it, the embedder finds the objects that are inside the executable.
#   KERNELS       kernel BTFs: files, or folders in BTFHub's layout; also packs, archives, packages and
#                 kernels, all that corebtf-embed(1) says of --kernels. Without it, the pack that comes
#                 with corebtf.
#   SELECT        of KERNELS, take those that one of the expressions describes, like
#                 "os=ubuntu:20.04,release>=5.4,<5.15"; with ! in front it excludes what it
#                 describes. The man page corebtf-embed(1) explains them. Write them in quotation
#                 marks, without semicolons.
#   BUNDLE        instead of KERNELS: a finished bundle, as `corebtf convert` and `corebtf trim` write it.
#   MODE          where they go:
#                   segment  a part of the loaded program, which no tool strips; the linker has to
#                            take corebtf.ld, as GNU ld and lld do
#                   section  a section that is added to the finished file; with every linker
#                   link     an object file that is linked in; with every linker. Needs OBJECTS or
#                            BUNDLE
#                   auto     segment where that can be had, else section; the default
#   COMPRESS      how trimmed BTFs are stored; none is the default.
#   ALL_MACHINES  also the kernels of machines that the executable cannot run on.
#   KERNELS_WITH_BTF
#                 also the kernels that show BTF of their own, which the program takes there first.
#   KEEP          types and fields that no object asks for: "struct task_struct.{pid,mm}", as for
#                 corebtf embed --keep.
#   AUTOMATIC     gives every BPF object that the target opens the BTF of the running kernel, without a
#                 change of its source: it need not call ensure_core_btf(), nor link CoreBTF.
#
# The executable is linked and embedded again when an object, a BTF (also a new or a removed
# one), the bundle or the embedder itself changed. Files below /sys and /proc are read but not
# watched: their time stamps say nothing.
#
function(corebtf_embed)
	cmake_parse_arguments(PARSE_ARGV 0 arg "ALL_MACHINES;KERNELS_WITH_BTF;AUTOMATIC" "TARGET;BUNDLE;COMPRESS;MODE"
		"OBJECTS;KERNELS;SELECT;KEEP")
	_corebtf_check_embed_arguments()
	set_target_properties(${arg_TARGET} PROPERTIES COREBTF_EMBEDDED TRUE)

	_corebtf_find_embedder(command watched)
	if(NOT COREBTF_EMBEDDER AND NOT CMAKE_CROSSCOMPILING)
		add_dependencies(${arg_TARGET} CoreBTF::embedder)
	endif()
	if(arg_BUNDLE)
		cmake_path(ABSOLUTE_PATH arg_BUNDLE NORMALIZE OUTPUT_VARIABLE bundle)
		get_source_file_property(generated ${bundle} GENERATED)
		if(NOT EXISTS ${bundle} AND NOT generated)
			message(FATAL_ERROR "corebtf_embed: BUNDLE: ${bundle}: no such file")
		endif()
		list(APPEND watched ${bundle})
	else()
		_corebtf_objects(${arg_TARGET} "${arg_OBJECTS}" objects)
		_corebtf_kernels(${arg_TARGET} "${arg_KERNELS}" "${arg_SELECT}" options files)
		list(APPEND watched ${objects} ${files})
		if(arg_COMPRESS)
			list(APPEND options --compress ${arg_COMPRESS})
		endif()
		if(arg_ALL_MACHINES)
			list(APPEND options --all-machines)
		endif()
		if(arg_KERNELS_WITH_BTF)
			list(APPEND options --kernels-with-btf)
		endif()
		if(arg_KEEP)
			# A file, so that every generator sees a change.
			list(JOIN arg_KEEP "\n" text)
			set(kept ${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}.keep.txt)
			file(GENERATE OUTPUT ${kept} CONTENT "${text}\n")
			list(APPEND options --keep-from ${kept})
			list(APPEND watched ${kept})
		endif()
	endif()

	if(arg_AUTOMATIC)
		_corebtf_make_automatic()
	endif()
	if(arg_MODE STREQUAL "link")
		_corebtf_embed_by_link()
		return()
	endif()
	if(arg_BUNDLE)
		set(arguments embed $<TARGET_FILE:${arg_TARGET}> --bundle ${bundle})
	else()
		set(arguments embed $<TARGET_FILE:${arg_TARGET}> ${objects} ${options})
	endif()
	set_property(TARGET ${arg_TARGET} APPEND PROPERTY LINK_DEPENDS ${watched})
	# If embedding fails, remove the program; the next build would take it for finished.
	add_custom_command(TARGET ${arg_TARGET} POST_BUILD
		COMMAND sh -c "\"$@\" || { rm -f \"$0\"; exit 1; }" $<TARGET_FILE:${arg_TARGET}>
			${command} ${arguments} --quiet
		COMMENT "Embedding kernel BTFs into ${arg_TARGET}"
		VERBATIM)
	if(NOT arg_MODE STREQUAL "section")
		# Deferred: link options may come after this call.
		cmake_language(EVAL CODE
			"cmake_language(DEFER CALL _corebtf_reserve_segment [[${arg_TARGET}]] ${arg_MODE})")
	endif()
endfunction()

# AUTOMATIC, for corebtf_embed() and with its variables.
macro(_corebtf_make_automatic)
	if(NOT CMAKE_C_COMPILER_LOADED)
		message(FATAL_ERROR "corebtf_embed: AUTOMATIC compiles a file of C: "
			"this project needs enable_language(C)")
	endif()
	get_property(source GLOBAL PROPERTY COREBTF_AUTOMATIC)
	target_sources(${arg_TARGET} PRIVATE ${source})
	get_property(wrap GLOBAL PROPERTY COREBTF_WRAP)
	target_link_options(${arg_TARGET} PRIVATE ${wrap})
	# Deferred: the project may link one of the two libraries after this call.
	cmake_language(EVAL CODE "cmake_language(DEFER CALL _corebtf_link_automatic [[${arg_TARGET}]])")
endmacro()

# The library that automatic.c calls, unless the project links it anyway. By property, as there are two ways of
# calling target_link_libraries() that must not be mixed for one target.
function(_corebtf_link_automatic target)
	get_target_property(libraries ${target} LINK_LIBRARIES)
	if(NOT libraries MATCHES "CoreBTF::corebtf")
		if(TARGET CoreBTF::corebtf_static)
			set_property(TARGET ${target} APPEND PROPERTY LINK_LIBRARIES CoreBTF::corebtf_static)
		else()
			set_property(TARGET ${target} APPEND PROPERTY LINK_LIBRARIES CoreBTF::corebtf)
		endif()
	endif()
endfunction()

# MODE link, for corebtf_embed() and with its variables: the BTFs as an object file.
macro(_corebtf_embed_by_link)
	_corebtf_object_folder(${arg_TARGET} folder)
	_corebtf_target_machine(machine)
	set(object ${folder}/${arg_TARGET}.kernels.o)
	if(arg_BUNDLE)
		set(steps COMMAND ${command} convert ${bundle} -o ${object} ${machine} --quiet)
	else()
		set(steps COMMAND ${command} trim ${objects} ${options} -o ${object} ${machine} --quiet)
	endif()
	add_custom_command(OUTPUT ${object}
		${steps}
		DEPENDS ${watched}
		COMMENT "Making an object file of kernel BTFs for ${arg_TARGET}"
		VERBATIM)
	_corebtf_add_object(${arg_TARGET} ${object} "${CMAKE_CONFIGURATION_TYPES}")
endmacro()
