/* SPDX-License-Identifier: MIT */
/* A kernel with exactly the types of the programs. */
#include "../objects/kernel_types.h"

long pointer_size;
struct sample sample;
struct flexible *flexible;
union either either;
struct tagged tagged;
counter_t counter;
inner_alias *alias;
callback_t callback;
prototype_t *prototype;
plain_number number;
sample_pointer pointer;
matrix_t matrix;
enum wide wide;
