# SPDX-License-Identifier: MIT
#
# corebtf_check(TARGET target [KERNELS path...] [SELECT expression...]
#         [FAIL_ON breaks|unsure|guarded|never] [NAME name] [OUTPUT file] [JUNIT file] [ALL_MACHINES])
#
# Adds a test for CTest that fails if a BPF program does not work on one of these kernels, with
# `corebtf report`: which program, at which line, and why.
#
#   TARGET        an executable or a shared library with BPF objects inside, or a target of
#                 corebtf_add_bpf_object().
#   KERNELS       full kernel BTFs, as for corebtf_embed(); without it, the pack that comes with corebtf.
#   SELECT        of KERNELS, take those that one of the expressions describes, as for corebtf_embed().
#   FAIL_ON       the least state that fails: breaks, the default; unsure or guarded are stricter; never.
#   NAME          of the test; corebtf_check_TARGET is the default.
#   OUTPUT        where to write the report as an HTML page; NAME.html in the current build folder is
#                 the default.
#   JUNIT         where to write it as JUnit XML; nowhere by default.
#   ALL_MACHINES  also kernels on which the executable cannot run.
#
# The test is only there if the project calls enable_testing().

include_guard(GLOBAL)
cmake_policy(VERSION 3.25)

# Stops when the arguments of corebtf_check() (arg_*) make no sense.
macro(_corebtf_check_check_arguments)
	_corebtf_check_common_arguments(corebtf_check)
	if(NOT arg_KERNELS)
		_corebtf_default_kernels(corebtf_check arg_KERNELS)
	endif()
	if(NOT arg_FAIL_ON)
		set(arg_FAIL_ON breaks)
	endif()
	if(NOT arg_FAIL_ON MATCHES "^(breaks|unsure|guarded|never)$")
		message(FATAL_ERROR "corebtf_check: FAIL_ON is breaks, unsure, guarded or never, "
			"not ${arg_FAIL_ON}")
	endif()
	if(NOT arg_NAME)
		set(arg_NAME corebtf_check_${arg_TARGET})
	endif()
	if(NOT arg_OUTPUT)
		set(arg_OUTPUT ${arg_NAME}.html)
	endif()
endmacro()

# The file with the BPF objects of a target.
function(_corebtf_checked_file target variable)
	get_target_property(object ${target} COREBTF_BPF_OBJECT)
	get_target_property(type ${target} TYPE)
	if(object)
		set(${variable} ${object} PARENT_SCOPE)
	elseif(type MATCHES "^(EXECUTABLE|SHARED_LIBRARY|MODULE_LIBRARY)$")
		set(${variable} $<TARGET_FILE:${target}> PARENT_SCOPE)
	else()
		message(FATAL_ERROR "corebtf_check: ${target} is neither an executable nor a shared library, "
			"nor was it made by corebtf_add_bpf_object()")
	endif()
endfunction()

function(corebtf_check)
	cmake_parse_arguments(PARSE_ARGV 0 arg "ALL_MACHINES" "TARGET;FAIL_ON;NAME;OUTPUT;JUNIT"
		"KERNELS;SELECT")
	_corebtf_check_check_arguments()
	_corebtf_find_embedder(command watched)
	_corebtf_checked_file(${arg_TARGET} file)
	cmake_path(ABSOLUTE_PATH arg_OUTPUT BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} NORMALIZE)
	set(options --fail-on ${arg_FAIL_ON} -o ${arg_OUTPUT})
	if(arg_JUNIT)
		cmake_path(ABSOLUTE_PATH arg_JUNIT BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} NORMALIZE)
		list(APPEND options --junit ${arg_JUNIT})
	endif()
	if(arg_ALL_MACHINES)
		list(APPEND options --all-machines)
	endif()
	foreach(path IN LISTS arg_KERNELS)
		cmake_path(ABSOLUTE_PATH path NORMALIZE)
		if(NOT EXISTS ${path})
			message(FATAL_ERROR "corebtf_check: KERNELS: ${path}: no such file or folder")
		endif()
		list(APPEND options --kernels ${path})
	endforeach()
	foreach(expression IN LISTS arg_SELECT)
		list(APPEND options --select ${expression})
	endforeach()
	add_test(NAME ${arg_NAME} COMMAND ${command} report ${file} ${options})
endfunction()
