/* SPDX-License-Identifier: MIT */
/*
 * A program that carries a BPF object as skeletons do: the whole file, in .rodata. OBJECT is its
 * name.
 */
#ifdef OBJECT
__asm__(".pushsection .rodata\n"
	".balign 8\n"
	".globl object\n"
	"object: .incbin \"" OBJECT "\"\n"
	".byte 0\n"
	".popsection\n");
extern const char object[];
#else
static const char object[1];
#endif

int main(void)
{
	return object[0] == 'x';
}
