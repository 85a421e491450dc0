# SPDX-License-Identifier: MIT
# cpack reads this before it makes packages: the dependencies of the shared library, as Debian
# writes them.

if(NOT CPACK_GENERATOR STREQUAL "DEB")
	return()
endif()

# dpkg-shlibdeps must run in the folder of a source package.
set(folder ${CPACK_PACKAGE_DIRECTORY}/_CPack_Packages/needs)
file(WRITE ${folder}/debian/control "Source: corebtf\n\nPackage: libcorebtf0\nArchitecture: any\n")
execute_process(COMMAND ${CPACK_COREBTF_DPKG_SHLIBDEPS} -O ${CPACK_COREBTF_LIBRARY}
	WORKING_DIRECTORY ${folder} OUTPUT_VARIABLE needs COMMAND_ERROR_IS_FATAL ANY)
string(STRIP "${needs}" needs)
string(REGEX REPLACE "^shlibs:Depends=" "" CPACK_DEBIAN_COREBTF_LIBRARY_PACKAGE_DEPENDS "${needs}")
