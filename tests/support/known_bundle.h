/* SPDX-License-Identifier: MIT */
/* The contents that write_bundle writes and test_open_self looks for. */
#ifndef TESTS_SUPPORT_KNOWN_BUNDLE_H
#define TESTS_SUPPORT_KNOWN_BUNDLE_H

#define KNOWN_RELEASE "6.1.0-test"
#define KNOWN_BTF     "the BTF of the kernel that the test asks for"

#endif
