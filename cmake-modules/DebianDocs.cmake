# SPDX-License-Identifier: MIT
# cpack runs this when all files are in its folder, each component in a folder of its own. It
# gives each package the form that Debian's policy requires: pages and changelog compressed, the
# licence as "copyright" in the package's own folder for documents, the static library without
# debug information, zsh's completion where Debian's zsh looks, for lintian the reasons why the runners
# are as they are.

if(NOT CPACK_GENERATOR STREQUAL "DEB")
	return()
endif()

# Without a name and a time, so that the same files make the same package.
function(compress)
	execute_process(COMMAND gzip -9 -n -f ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# SOURCE_DATE_EPOCH, where it is set, is the time.
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
	string(TOUPPER ${component} upper)
	set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
	set(share ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component}${CPACK_PACKAGING_INSTALL_PREFIX}/share)
	file(GLOB_RECURSE pages ${share}/man/*.[13])
	if(pages)
		compress(${pages})
	endif()

	set(docs ${share}/doc/${package})
	if(EXISTS ${share}/doc/corebtf AND NOT package STREQUAL "corebtf")
		file(RENAME ${share}/doc/corebtf ${docs})
	endif()
	# The examples are in the package for development, and the licence has another name.
	file(GLOB documents ${docs}/*.md ${docs}/docs/*.md)
	foreach(document IN LISTS documents)
		file(READ ${document} text)
		string(REGEX REPLACE "\\]\\(((\\.\\./)?)examples/"
			"](\\1../${CPACK_DEBIAN_COREBTF_DEVELOPMENT_PACKAGE_NAME}/examples/" text "${text}")
		string(REPLACE "](LICENSE)" "](copyright)" text "${text}")
		file(WRITE ${document} "${text}")
	endforeach()
	file(REMOVE ${docs}/LICENSE)
	file(READ ${CPACK_RESOURCE_FILE_LICENSE} license)
	file(WRITE ${docs}/copyright "${license}")
	file(GLOB news ${docs}/NEWS)
	if(news)
		compress(${news})
	endif()
	file(WRITE ${docs}/changelog "corebtf (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * First release; NEWS.gz of libcorebtf0 has what is in it.

 -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${now}
")
	compress(${docs}/changelog)

	file(GLOB runners ${share}/corebtf/runner-*)
	if(runners)
		file(MAKE_DIRECTORY ${share}/lintian/overrides)
		file(COPY_FILE ${CMAKE_CURRENT_LIST_DIR}/${package}.lintian-overrides ${share}/lintian/overrides/${package})
	endif()

	if(EXISTS ${share}/zsh/site-functions)
		file(RENAME ${share}/zsh/site-functions ${share}/zsh/vendor-completions)
	endif()
	file(GLOB_RECURSE archives ${share}/../lib/*.a)
	if(archives)
		execute_process(COMMAND ${CPACK_COREBTF_STRIP} --strip-debug --enable-deterministic-archives ${archives}
			COMMAND_ERROR_IS_FATAL ANY)
	endif()
endforeach()
