/* SPDX-License-Identifier: MIT */
#define LEAST 0
