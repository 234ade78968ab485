/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_scim.c - what a directory sends: filters, paths, PATCH bodies.  A filter that was understood
 * can be held against a user, and every refusal has a word of RFC 7644. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/scim/scim_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_refusal(const struct problem *p)
{
	if (p->code != FAULT_INVALID || p->n_viol == 0 || p->detail[0] == '\0')
		abort();
}

static bool
any(const char *path)
{
	if (path == NULL || path[0] == '\0')
		abort();
	return true;
}

static void
try_filter(struct rq *rq, struct str text, const struct scim_user *u)
{
	const struct scim_filter *f = scim_filter_parse(rq, text);
	struct str wanted;

	if (f == NULL) {
		check_refusal(&rq->problem);
		return;
	}
	if (scim_filter_check(rq, f, any))
		abort();
	(void)scim_filter_holds(f, scim_user_get, u);
	if (scim_filter_wants(f, "username", &wanted) && wanted.s == NULL)
		abort();
}

static void
try_patch(struct rq *rq, struct str text, struct scim_user *u)
{
	struct json_doc *d = json_doc_parse(text, SCIM_DEPTH_MAX);
	struct scim_group g = { .display_name = "Team" };
	struct scim_members m = { .replace = false };

	if (d == NULL)
		return;
	if (scim_patch_user(rq, d, u))
		check_refusal(&rq->problem);
	else if (u->user_name == NULL)
		abort();
	problem_reset(&rq->problem);
	if (scim_patch_group(rq, d, &g, &m))
		check_refusal(&rq->problem);
	json_doc_free(&d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = { (const char *)data, size };
	struct arena *a = arena_create(16384);
	struct rq rq = { .arena = a };
	struct scim_user u = { .user_name = "ada@acme.example",
		               .email = "ada@acme.example",
		               .active = true };
	struct str filter;
	const char *path;

	scim_user_finish(&rq, &u);
	path = scim_path(a, text, &filter);
	if (path != NULL && (path[0] == '\0' || strlen(path) > size + 4))
		abort();
	try_filter(&rq, text, &u);
	problem_reset(&rq.problem);
	try_patch(&rq, text, &u);
	arena_destroy(&a);
	return 0;
}
