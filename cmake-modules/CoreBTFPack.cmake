# SPDX-License-Identifier: MIT
# What `cpack` makes of a build folder: a tar.gz to be unpacked anywhere, and a Debian package where
# the tools for that are. For a Debian package with its libraries where Debian has them, configure
# with -DCMAKE_INSTALL_PREFIX=/usr.

set(COREBTF_MAINTAINER "The corebtf authors <corebtf@localhost>" CACHE STRING
	"Who answers for the Debian package: Name <address>")
find_program(COREBTF_DPKG_SHLIBDEPS dpkg-shlibdeps DOC "dpkg-shlibdeps, for a Debian package")
mark_as_advanced(COREBTF_MAINTAINER COREBTF_DPKG_SHLIBDEPS)

set(CPACK_PACKAGE_NAME corebtf)
set(CPACK_PACKAGE_VENDOR corebtf)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "trimmed kernel BTFs inside your own executable")
set(CPACK_PACKAGE_DESCRIPTION
"The command corebtf trims the BTFs of any number of kernels to what a BPF
program asks for and puts them into its executable. The library libcorebtf
finds the one for the running kernel there and gives it to libbpf.
.
This package has the command, the shared and the static library, C headers,
a CMake package and a pkg-config file.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_SYSTEM_NAME ${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_GENERATOR TGZ)

# shlibdeps names the libraries that the command needs by looking into it; without that tool there
# would be a package that does not say what it needs.
if(COREBTF_DPKG_SHLIBDEPS)
	list(APPEND CPACK_GENERATOR DEB)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${COREBTF_MAINTAINER})
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# What is loaded and not linked: the package that has the file.
get_property(loaded GLOBAL PROPERTY COREBTF_LOADED_LIBARCHIVE)
if(loaded AND COREBTF_DPKG_SHLIBDEPS)
	file(REAL_PATH ${loaded} loaded)
	execute_process(COMMAND dpkg-query --search ${loaded} OUTPUT_VARIABLE found ERROR_QUIET)
	if(found MATCHES "^([^:, ]+)")
		set(CPACK_DEBIAN_PACKAGE_DEPENDS "${CMAKE_MATCH_1} (>= 3.3.3)")
	else()
		message(STATUS "The Debian package will not depend on libarchive: no package has ${loaded}")
	endif()
endif()
# For whoever links statically, and for what corebtf_add_bpf_object() runs.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "zlib1g-dev, liblzma-dev")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake, clang, bpftool, libbpf-dev, pkg-config")
# Programs that are linked with the library depend on this package, and the loader is told of it.
set(control ${CMAKE_CURRENT_BINARY_DIR}/debian)
file(WRITE ${control}/shlibs "libcorebtf 0 corebtf (>= ${PROJECT_VERSION})\n")
file(WRITE ${control}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${control}/shlibs ${control}/triggers)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake-modules/DebianDocs.cmake)

include(CPack)
