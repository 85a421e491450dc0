# SPDX-License-Identifier: MIT
# What `cpack` makes of a build folder: a tar.gz to be unpacked anywhere, and a Debian package where
# the tools for that are. For a Debian package with its libraries where Debian has them, configure
# with -DCMAKE_INSTALL_PREFIX=/usr.

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/corebtf
	RENAME copyright COMPONENT corebtf_library)

set(CPACK_PACKAGE_NAME corebtf)
set(CPACK_PACKAGE_VENDOR corebtf)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_DESCRIPTION
	"The command corebtf trims the BTFs of any number of kernels to what a BPF program asks for and \
puts them into its executable. The library libcorebtf finds the one for the running kernel there \
and gives it to libbpf. With headers, a static library and a CMake package.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_GENERATOR TGZ)

find_program(COREBTF_DPKG_SHLIBDEPS dpkg-shlibdeps DOC "dpkg-shlibdeps, for a Debian package")
mark_as_advanced(COREBTF_DPKG_SHLIBDEPS)
if(COREBTF_DPKG_SHLIBDEPS)
	list(APPEND CPACK_GENERATOR DEB)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The corebtf authors <corebtf@localhost>" CACHE STRING
	"Who answers for the Debian package")
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# What the static library and the CMake package ask for.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "zlib1g-dev, liblzma-dev")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake, clang, bpftool, libbpf-dev, pkg-config")

include(CPack)
