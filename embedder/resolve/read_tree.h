/* SPDX-License-Identifier: MIT */
/*
 * Which versions of types a pure function read, from the first one on → the number of its result.
 *
 * What is read first is always the same; what is read next depends on what was read so far. So all
 * that was ever read makes a tree:
 *
 *	             read type 8
 *	version 3 ──┘         └── version 5
 *	read type 9               result 2
 *	    └── version 1
 *	        result 1
 *
 * The versions that a kernel has lead from the start to the result for that kernel; or to where
 * nothing is known yet, and then the function has to be computed.
 */
#ifndef COREBTF_RESOLVE_READ_TREE_H
#define COREBTF_RESOLVE_READ_TREE_H

#include "runtime/types/type_source.h"

/* Starts zeroed. Any number of trees share one, each with a start of its own. */
struct read_tree {
	struct read_node {
		uint32_t id;	 /* the type that is read next; 0: none */
		uint32_t result; /* 0: there is none yet */
	} * nodes;
	uint32_t count, capacity; /* node 0 is not used */
	struct read_edge {
		uint32_t from, value, to; /* to 0: free */
	} * edges;
	uint32_t edge_count, edge_capacity;
};

void read_tree_free(struct read_tree *tree);

/* The node to which @value leads from @node; 0: none. Nodes are numbered from 1 on; @node may be 0,
 * from which trees start. */
uint32_t read_tree_next(const struct read_tree *tree, uint32_t node, uint32_t value);

/* The same, and it is made if there is none. 0 or -ENOMEM. */
int read_tree_make(struct read_tree *tree, uint32_t node, uint32_t value, uint32_t *ret_node);

/* The result for a kernel; 0: it is not known. */
uint32_t read_tree_find(const struct read_tree *tree, uint32_t start, struct type_source *kernel);

/* Adds @result, after what @kernel says was read (type_versions.reads). 0 or -ENOMEM. */
int read_tree_add(struct read_tree *tree, uint32_t start, struct type_source *kernel,
		  uint32_t result);

/* What it holds in memory, bytes. */
size_t read_tree_size(const struct read_tree *tree);

#endif
