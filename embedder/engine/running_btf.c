/* SPDX-License-Identifier: MIT */
/*
 * The trimmed BTF comes from the public functions of the library. For the full one each kernel with
 * the right release and machine is a candidate of runtime/choose/rank.h, which a bundle's entries
 * are as well; mostly there is one.
 */
#include "embedder/engine/running_btf.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include <corebtf.h>

#include "runtime/btf/btf_source.h"
#include "embedder/engine/bundle_input.h"
#include "embedder/engine/kernel_candidates.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "runtime/bundle/format.h"
#include "runtime/choose/rank.h"
#include "runtime/kernel/machine.h"
#include "runtime/util/file_bytes.h"

void running_btf_free(struct running_btf *btf)
{
	free(btf->data);
	btf->data = NULL;
}

/* Programs that run as root will read it. */
static int check(const struct running_btf *btf, struct reason *why)
{
	_cleanup_(btf_source_free) struct btf_source types = {0};
	uint16_t magic = 0;

	if (btf->size >= sizeof(magic))
		memcpy(&magic, btf->data, sizeof(magic));
	if (magic == __builtin_bswap16(BTF_MAGIC))
		return reason_set(
			why, -EBADMSG,
			"%s: its BTF is of the other byte order, so it is not this kernel's",
			btf->from.text);
	return btf_source_open_all(&types, btf->data, btf->size, why);
}

/* --- the library's log ------------------------------------------------------------------------ */

struct listener {
	const struct engine_events *events;
	struct reason last;
};

/* All lines but the last one, which may be the failure that the caller reports. */
static void take_line(void *context, const char *line)
{
	struct listener *listener = context;

	if (*listener->last.text)
		engine_say(listener->events, ENGINE_DETAIL, NULL, "%s", listener->last.text);
	bundle_input_keep_line(&listener->last, line);
}

static int end_log(struct listener *listener, const char *path, int err, struct reason *why)
{
	if (err)
		return reason_set(why, err, "%s", bundle_input_words(&listener->last, path, err));
	take_line(listener, "");
	return 0;
}

/* --- trimmed ---------------------------------------------------------------------------------- */

static void cleanup_corebtf(struct corebtf **corebtf)
{
	corebtf_close(*corebtf); /* NULL is fine */
}

static void cleanup_path(char **path)
{
	corebtf_path_free(*path);
}

static void name_source(struct running_btf *btf, const char *path, const char *os_id,
			const char *version_id, const char *release)
{
	reason_set(&btf->from, 0, "%s: %s%s%s%s%s", path, os_id, *os_id ? " " : "", version_id,
		   *version_id ? " " : "", release);
}

static int from_file(const char *path, const struct corebtf_open_opts *opts,
		     struct running_btf *btf)
{
	_cleanup_(cleanup_corebtf) struct corebtf *corebtf = NULL;
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	const void *data = NULL;
	size_t size = 0;
	int err = corebtf_open_file(path, &corebtf, opts);

	if (!err)
		err = corebtf_find_entry(corebtf, NULL, &entry);
	if (!err)
		err = corebtf_entry_btf(corebtf, &entry, &data, &size);
	if (err)
		return err;
	btf->data = malloc(size + 1);
	if (!btf->data)
		return -ENOMEM;
	memcpy(btf->data, data, size);
	btf->size = size;
	name_source(btf, path, entry.os_id, entry.version_id, entry.release);
	return 0;
}

static int from_folder(const char *path, const struct corebtf_open_opts *opts,
		       struct running_btf *btf, struct reason *why)
{
	struct corebtf_origin origin = {.sz = sizeof(origin)};
	_cleanup_(cleanup_path) char *found = NULL;
	int err = corebtf_path_in_folder(path, NULL, &found, &origin, opts);

	if (err)
		return err;
	name_source(btf, origin.file, origin.os_id, origin.version_id, origin.release);
	return input_file_read(found, COREBTF_MAX_BLOB_SIZE, &btf->data, &btf->size, why);
}

int running_btf_from_bundle(const char *path, const struct engine_events *events,
			    struct running_btf *ret_btf, struct reason *why)
{
	_cleanup_(running_btf_free) struct running_btf btf = {.data = NULL};
	struct listener listener = {.events = events};
	const struct corebtf_open_opts opts = {
		.sz = sizeof(opts), .log = take_line, .log_context = &listener};
	int err = file_bytes_is_folder(path) ? from_folder(path, &opts, &btf, &listener.last)
					     : from_file(path, &opts, &btf);

	err = end_log(&listener, path, err, why);
	if (!err)
		err = check(&btf, why);
	if (err)
		return err;
	*ret_btf = btf;
	btf.data = NULL;
	return 0;
}

/* --- full ------------------------------------------------------------------------------------- */

struct search {
	struct kernel kernel; /* the one we run on */
	struct listener listener;
	struct log log;
	struct kernel_candidates candidates;
};

/* rank_list.each: all have the release. */
static int each(void *context, const char *release, const char *machine, struct ranking *ranking)
{
	const struct search *search = context;
	int err = 0;

	for (size_t i = 0; !err && i < search->candidates.count; i++) {
		const struct rank_candidate candidate = {
			.id = search->candidates.list[i].id,
			.number = (uint32_t)i,
		};

		if (strcmp(candidate.id.release, release) == 0 &&
		    (!*machine || strcmp(candidate.id.machine, machine) == 0))
			err = rank_consider(ranking, &candidate);
	}
	return err;
}

/* rank_list.same_btf. One kernel in two forms has two BTFs, which its build-id tells. */
static int same_btf(void *context, const struct rank_candidate *a, const struct rank_candidate *b)
{
	const struct search *search = context;
	const struct kernel_candidate *left = &search->candidates.list[a->number];
	const struct kernel_candidate *right = &search->candidates.list[b->number];

	if (a->id.build_id_size && a->id.build_id_size == b->id.build_id_size &&
	    memcmp(a->id.build_id, b->id.build_id, a->id.build_id_size) == 0)
		return 1;
	return left->size == right->size && memcmp(left->btf, right->btf, left->size) == 0;
}

static void describe(void *context, const struct rank_candidate *candidate, char *text, size_t size)
{
	const struct search *search = context;
	const char *path = search->candidates.list[candidate->number].path;

	snprintf(text, size, "%s (os %s %s)", path,
		 *candidate->id.os_id ? candidate->id.os_id : "-", candidate->id.version_id);
}

static int explain_none(const struct search *search, struct reason *why)
{
	const char *machine = machine_canonical(search->kernel.id.machine);

	if (search->candidates.kernels->failures)
		return reason_set(
			why, -EBADMSG,
			"no BTF for this kernel, release %s on machine %s; what could not "
			"be read may have it",
			search->kernel.id.release, machine);
	if (search->candidates.count)
		return reason_set(
			why, -ENOENT,
			"no BTF for this build of release %s on machine %s: what is there is "
			"of another build or distribution (-v says more)",
			search->kernel.id.release, machine);
	return reason_set(why, -ENOENT,
			  "no BTF for this kernel, release %s on machine %s, among the kernels "
			  "that were found; name its BTF, vmlinux or debug package with --kernels",
			  search->kernel.id.release, machine);
}

static int choose(struct search *search, struct running_btf *btf, struct reason *why)
{
	const struct rank_list list = {
		.each = each, .same_btf = same_btf, .describe = describe, .context = search};
	struct rank_choice choice;
	struct kernel_candidate *chosen;
	int result = rank_choose(&list, &search->kernel, &search->log, &choice);

	if (result == -ENOTUNIQ)
		return reason_set(
			why, result,
			"there are different BTFs for release %s on machine %s, and nothing "
			"tells which of them is this kernel's (-v lists them): name the right "
			"file with --kernels",
			search->kernel.id.release, machine_canonical(search->kernel.id.machine));
	if (result <= 0)
		return result ? reason_errno(why, result, "cannot choose a BTF")
			      : explain_none(search, why);
	/* As with a damaged bundle: it may have had the BTF that fits better. */
	if (search->candidates.kernels->failures && choice.match != COREBTF_MATCH_BUILD_ID)
		return reason_set(
			why, -EBADMSG,
			"a BTF was found for release %s, but what could not be read may be "
			"this kernel's: name the right file with --kernels",
			search->kernel.id.release);
	chosen = &search->candidates.list[choice.candidate.number];
	name_source(btf, chosen->path, chosen->id.os_id, chosen->id.version_id, chosen->id.release);
	btf->data = TAKE_PTR(chosen->btf);
	btf->size = chosen->size;
	take_line(&search->listener, "");
	engine_say(search->candidates.kernels->events, ENGINE_DETAIL, NULL, "chosen: %s, by %s",
		   btf->from.text, choice.by);
	return 0;
}

int running_btf_from_kernels(struct kernel_input *kernels, uint64_t memory,
			     struct running_btf *ret_btf, struct reason *why)
{
	_cleanup_(running_btf_free) struct running_btf btf = {.data = NULL};
	struct search search = {.listener = {.events = kernels->events}};
	const struct host host = {.root = NULL};
	int err;

	search.log =
		(struct log){.write = take_line, .context = &search.listener, .subject = "kernels"};
	err = kernel_identify(&host, NULL, &search.log, &search.kernel);
	if (err)
		return reason_errno(why, err, "cannot read the running kernel's release");
	kernel_candidates_read(kernels, search.kernel.id.release,
			       machine_canonical(search.kernel.id.machine), memory,
			       &search.candidates);
	err = choose(&search, &btf, why);
	kernel_candidates_free(&search.candidates);
	take_line(&search.listener, "");
	if (!err)
		err = check(&btf, why);
	if (err)
		return err;
	*ret_btf = btf;
	btf.data = NULL;
	return 0;
}
