# SPDX-License-Identifier: MIT
# What `cpack` makes of a build folder: a tar.gz to be unpacked anywhere, and Debian packages where
# the tools for that are. For packages with their libraries where Debian has them, configure with
# -DCMAKE_INSTALL_PREFIX=/usr.

set(COREBTF_MAINTAINER "The corebtf authors <corebtf@localhost>" CACHE STRING
	"Who answers for the Debian packages: Name <address>")
find_program(COREBTF_DPKG_SHLIBDEPS dpkg-shlibdeps DOC "dpkg-shlibdeps, for Debian packages")
mark_as_advanced(COREBTF_MAINTAINER COREBTF_DPKG_SHLIBDEPS)

set(CPACK_PACKAGE_NAME corebtf)
set(CPACK_PACKAGE_VENDOR corebtf)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "trimmed kernel BTFs inside your own executable")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_SYSTEM_NAME ${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_GENERATOR TGZ)

# shlibdeps finds the libraries that the command needs; without that tool the package would have
# no dependencies.
if(COREBTF_DPKG_SHLIBDEPS)
	list(APPEND CPACK_GENERATOR DEB)
endif()
# Three Debian packages, of the three components that are installed: the library, what is linked and
# compiled with it, the command.
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL corebtf_library corebtf_development corebtf_command)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${COREBTF_MAINTAINER})
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(about "The command corebtf trims the BTFs of any number of kernels to what a BPF
program asks for and puts them into its executable. The library libcorebtf
finds the one for the running kernel there and gives it to libbpf.
.
")

set(CPACK_DEBIAN_COREBTF_LIBRARY_PACKAGE_NAME libcorebtf0)
set(CPACK_DEBIAN_COREBTF_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_COMPONENT_COREBTF_LIBRARY_DESCRIPTION
"finds a kernel's BTF inside the program\n${about}This package has the shared library.")
# Programs that are linked with the library depend on this package. The trigger updates the
# loader's cache. CPack would write scripts for that if it examined the library, but Debian no
# longer uses such scripts. So CPack does not examine it, and DebianNeeds.cmake does.
set(CPACK_DEBIAN_COREBTF_LIBRARY_PACKAGE_SHLIBDEPS OFF)
set(CPACK_COREBTF_LIBRARY ${PROJECT_BINARY_DIR}/runtime/libcorebtf.so)
set(CPACK_COREBTF_DPKG_SHLIBDEPS ${COREBTF_DPKG_SHLIBDEPS})
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake-modules/DebianNeeds.cmake)
set(control ${CMAKE_CURRENT_BINARY_DIR}/debian)
file(WRITE ${control}/shlibs "libcorebtf 0 libcorebtf0 (>= ${PROJECT_VERSION})\n")
file(WRITE ${control}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_COREBTF_LIBRARY_PACKAGE_CONTROL_EXTRA ${control}/shlibs ${control}/triggers)

set(CPACK_DEBIAN_COREBTF_DEVELOPMENT_PACKAGE_NAME libcorebtf-dev)
set(CPACK_DEBIAN_COREBTF_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_COREBTF_DEVELOPMENT_DESCRIPTION
"finds a kernel's BTF inside the program - development files\n${about}This package has the C headers,
the static library, a CMake package, a pkg-config file and examples.")
# The static library is linked with zlib and liblzma.
set(CPACK_DEBIAN_COREBTF_DEVELOPMENT_PACKAGE_DEPENDS
	"libcorebtf0 (= ${PROJECT_VERSION}), zlib1g-dev, liblzma-dev")
set(CPACK_DEBIAN_COREBTF_DEVELOPMENT_PACKAGE_RECOMMENDS corebtf)
set(CPACK_DEBIAN_COREBTF_DEVELOPMENT_PACKAGE_SUGGESTS "cmake, clang, bpftool, libbpf-dev, pkg-config")

set(CPACK_DEBIAN_COREBTF_COMMAND_PACKAGE_NAME corebtf)
set(CPACK_DEBIAN_COREBTF_COMMAND_PACKAGE_SECTION devel)
set(CPACK_COMPONENT_COREBTF_COMMAND_DESCRIPTION
"trims kernel BTFs and puts them into executables\n${about}This package has the command.")
# A library that is loaded and not linked: the package that has the file.
function(package_of property variable)
	get_property(loaded GLOBAL PROPERTY ${property})
	set(${variable} "" PARENT_SCOPE)
	if(loaded AND COREBTF_DPKG_SHLIBDEPS)
		file(REAL_PATH ${loaded} loaded)
		execute_process(COMMAND dpkg-query --search ${loaded} OUTPUT_VARIABLE found ERROR_QUIET)
		if(found MATCHES "^([^:, ]+)")
			set(${variable} ${CMAKE_MATCH_1} PARENT_SCOPE)
		else()
			message(STATUS "The Debian package will not name the package of ${loaded}: none has it")
		endif()
	endif()
endfunction()
package_of(COREBTF_LOADED_LIBARCHIVE libarchive)
if(libarchive)
	set(CPACK_DEBIAN_COREBTF_COMMAND_PACKAGE_DEPENDS "${libarchive} (>= 3.3.3)")
endif()
package_of(COREBTF_LOADED_LIBCURL libcurl)
set(CPACK_DEBIAN_COREBTF_COMMAND_PACKAGE_SUGGESTS "libcorebtf-dev, git")
if(libcurl)
	string(APPEND CPACK_DEBIAN_COREBTF_COMMAND_PACKAGE_SUGGESTS ", ${libcurl} (>= 7.85)")
endif()
set(CPACK_COREBTF_STRIP ${CMAKE_STRIP})
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake-modules/DebianDocs.cmake)

include(CPack)
