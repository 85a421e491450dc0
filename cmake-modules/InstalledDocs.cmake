# SPDX-License-Identifier: MIT
# Runs at install time, after the documents are in the folder COREBTF_DOCS: their links to samples
# lead to the installed examples, and text that is a link to a source file stays as text.
file(GLOB documents ${COREBTF_DOCS}/*.md ${COREBTF_DOCS}/docs/*.md)
foreach(document IN LISTS documents)
	file(READ ${document} before)
	string(REGEX REPLACE "\\]\\(((\\.\\./)?)samples/" "](\\1examples/" after "${before}")
	string(REGEX REPLACE "\\[([^]\n]*)\\]\\(\\.\\./(embedder|linker-scripts|runtime|tests)/[^)]*\\)"
		"\\1" after "${after}")
	if(NOT after STREQUAL before)
		file(WRITE ${document} "${after}")
	endif()
endforeach()
