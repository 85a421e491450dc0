/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "settings.h"

static void print_help(FILE *stream)
{
	fputs("Usage: btfd [-b FILE] [-p] [-v] PATH...\n"
	      "Loads BPF objects and prints the events they report, until SIGTERM or Ctrl-C.\n"
	      "SIGHUP: reads objects and bundle again and changes over to them.\n"
	      "\n"
	      "  PATH                 a BPF object, or a folder: all *.bpf.o in it\n"
	      "  -b, --bundle FILE    take the kernel's BTF from this bundle, or from the section\n"
	      "                       .corebtf of this ELF file; else from btfd's own section\n"
	      "  -p, --prefer-bundle  do so even when the kernel has a BTF of its own\n"
	      "  -v, --verbose        tell how the BTF was found, and what libbpf does\n"
	      "  -h, --help           print this text\n",
	      stream);
}

int settings_parse(int argc, char **argv, struct settings *ret_settings)
{
	static const struct option options[] = {
		{"bundle", required_argument, NULL, 'b'},
		{"prefer-bundle", no_argument, NULL, 'p'},
		{"verbose", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct settings settings = {0};
	int option;

	while ((option = getopt_long(argc, argv, "b:pvh", options, NULL)) != -1) {
		switch (option) {
		case 'b':
			settings.bundle = optarg;
			break;
		case 'p':
			settings.prefer_bundle = true;
			break;
		case 'v':
			settings.verbose = true;
			break;
		case 'h':
			print_help(stdout);
			return EXIT_SUCCESS;
		default:
			print_help(stderr);
			return 2;
		}
	}
	if (optind == argc) {
		print_help(stderr);
		return 2;
	}
	settings.paths = argv + optind;
	*ret_settings = settings;
	return -1;
}
