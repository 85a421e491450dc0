# SPDX-License-Identifier: MIT
# cpack runs this when all files of a package lie in its folder. Documents in the form that Debian
# wants them to have: compressed, and with the package's own changelog.

if(NOT CPACK_GENERATOR STREQUAL "DEB")
	return()
endif()

# Without a name and a time, so that the same files make the same package.
function(compress)
	execute_process(COMMAND gzip -9 -n -f ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(GLOB_RECURSE pages ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/corebtf*.1)
if(NOT pages)
	message(FATAL_ERROR "no man pages in ${CPACK_TEMPORARY_INSTALL_DIRECTORY}")
endif()
compress(${pages})

file(GLOB_RECURSE license ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/LICENSE)
cmake_path(GET license PARENT_PATH docs)
file(RENAME ${license} ${docs}/copyright)
compress(${docs}/NEWS)

# SOURCE_DATE_EPOCH, where it is set, is the time.
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${docs}/changelog "corebtf (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * What is new is in NEWS.gz.

 -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${now}
")
compress(${docs}/changelog)
