/* SPDX-License-Identifier: MIT */
#include "embedder/resolve/read_tree.h"

#include <assert.h>
#include <stdlib.h>

#include "runtime/util/array.h"

#define EDGES_MIN 1024

void read_tree_free(struct read_tree *tree)
{
	free(tree->nodes);
	free(tree->edges);
	*tree = (struct read_tree){.nodes = NULL};
}

size_t read_tree_size(const struct read_tree *tree)
{
	return tree->capacity * sizeof(*tree->nodes) + tree->edge_capacity * sizeof(*tree->edges);
}

/* The place of an edge, or where it belongs. There is a free one. */
static struct read_edge *find_edge(const struct read_tree *tree, uint32_t from, uint32_t value)
{
	uint64_t hash = ((uint64_t)from << 32 | value) * UINT64_C(0x9e3779b97f4a7c15);
	uint32_t place = (uint32_t)(hash >> 32) & (tree->edge_capacity - 1);

	for (;; place = (place + 1) & (tree->edge_capacity - 1)) {
		struct read_edge *edge = &tree->edges[place];

		if (!edge->to || (edge->from == from && edge->value == value))
			return edge;
	}
}

uint32_t read_tree_next(const struct read_tree *tree, uint32_t node, uint32_t value)
{
	return tree->edge_capacity ? find_edge(tree, node, value)->to : 0;
}

/* Twice the room; at most half of it is used. */
static int grow_edges(struct read_tree *tree)
{
	struct read_tree larger = {
		.edge_capacity = tree->edge_capacity ? tree->edge_capacity * 2 : EDGES_MIN,
	};

	if (tree->edge_count < tree->edge_capacity / 2)
		return 0;
	if (!larger.edge_capacity)
		return -ENOMEM;
	larger.edges = calloc(larger.edge_capacity, sizeof(*larger.edges));
	if (!larger.edges)
		return -ENOMEM;
	for (uint32_t i = 0; i < tree->edge_capacity; i++) {
		const struct read_edge *edge = &tree->edges[i];

		if (edge->to)
			*find_edge(&larger, edge->from, edge->value) = *edge;
	}
	free(tree->edges);
	tree->edges = larger.edges;
	tree->edge_capacity = larger.edge_capacity;
	return 0;
}

int read_tree_make(struct read_tree *tree, uint32_t node, uint32_t value, uint32_t *ret_node)
{
	struct read_edge *edge;

	if (grow_edges(tree))
		return -ENOMEM;
	edge = find_edge(tree, node, value);
	if (!edge->to) {
		if (array_reserve(tree->nodes, tree->capacity, (size_t)tree->count + 2))
			return -ENOMEM;
		tree->nodes[++tree->count] = (struct read_node){0, 0};
		*edge = (struct read_edge){node, value, tree->count};
		tree->edge_count++;
	}
	*ret_node = edge->to;
	return 0;
}

uint32_t read_tree_find(const struct read_tree *tree, uint32_t start, struct type_source *kernel)
{
	uint32_t node = start;

	while (node && !tree->nodes[node].result) {
		uint32_t id = tree->nodes[node].id;

		if (!id)
			return 0;
		node = read_tree_next(tree, node, kernel->versions->version(kernel, id));
	}
	return node ? tree->nodes[node].result : 0;
}

int read_tree_add(struct read_tree *tree, uint32_t start, struct type_source *kernel,
		  uint32_t result)
{
	size_t count;
	const uint32_t *ids = kernel->versions->reads(kernel, &count);
	uint32_t node = start;

	for (size_t i = 0; i < count; i++) {
		int err;

		assert(!tree->nodes[node].id || tree->nodes[node].id == ids[i]);
		tree->nodes[node].id = ids[i];
		err = read_tree_make(tree, node, kernel->versions->version(kernel, ids[i]), &node);
		if (err)
			return err;
	}
	tree->nodes[node].result = result;
	return 0;
}
