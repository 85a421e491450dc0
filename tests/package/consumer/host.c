/* SPDX-License-Identifier: MIT */
/* host PLUGIN: loads a plugin and prints what it carries. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	void *plugin = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
	int (*kernels)(void) = plugin ? (int (*)(void))dlsym(plugin, "plugin_kernels") : NULL;

	if (!kernels) {
		fprintf(stderr, "host: %s\n", argc == 2 ? dlerror() : "one PLUGIN");
		return 1;
	}
	printf("plugin: %d kernels\n", kernels());
	return 0;
}
