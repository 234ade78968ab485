/* SPDX-License-Identifier: Apache-2.0 */
/* expertise_http.c - who knows about what, over HTTP. */
#include "rostra/caller.h"

#include "profile_int.h"

struct expertise_query {
	const char *q;
};

/* clang-format off */
static const struct j_field query_fields[] = {
	J_TEXT(struct expertise_query, q, J_REQUIRED | J_TRIM, 1, EXPERTISE_QUERY_MAX,
	       .help = "A tag as it stands, or words of at least three letters that all begin words of a tag or of a kudos; everyday words (about, for, the, und, with …) are not asked for beside others"),
};
static const struct j_schema query_schema = J_SCHEMA("expertise_query", struct expertise_query, query_fields);
static const struct j_field expert_fields[] = {
	J_ID(struct expert, person_id, J_REQUIRED),
	J_TEXT(struct expert, display_name, J_REQUIRED | J_PII, 1, 120),
	J_TEXT(struct expert, job_title, J_NULLABLE | J_PII, 0, 120),
	J_STRINGS(struct expert, tags, J_REQUIRED | J_PII, 0, PROFILE_TAGS_MAX, PROFILE_TAG_MAX, .help = "Those that match"),
	J_INT64(struct expert, kudos, J_REQUIRED, 0, INT64_MAX, 0, .help = "Public ones that match, among the latest 1,000"),
};
static const struct j_schema expert_schema = J_SCHEMA("expert", struct expert, expert_fields);
/* clang-format on */

/* The tags, which the statement packs into one text. */
static void
unpack(struct rq *rq, struct expert *x)
{
	const char **tags = arena_array(rq->arena, PROFILE_TAGS_MAX, const char *);
	struct str rest = str_of(x->tags_packed), tag;
	size_t n = 0;

	while (n < PROFILE_TAGS_MAX && rest.n > 0 && str_split(&rest, '\x1f', &tag))
		tags[n++] = arena_copy(rq->arena, tag.s, tag.n);
	x->tags = (struct j_list){ tags, n };
}

static enum fault
expert_row(struct rq *rq, void *row, void *arg)
{
	struct expert *x = row;

	unpack(rq, x);
	page_add(rq, arg, x, (struct page_key){ .k = { x->score }, .id = x->person_id });
	return FAULT_NONE;
}

static enum fault
handle_search(struct rq *rq, struct call *call, void *reply)
{
	const struct expertise_query *q = call->query;
	struct expert_page page = {
		.company_id = rq_company(rq),
		.reader_id = rq->who->person,
		.words = expertise_words(rq->arena, str_of(q->q)),
		.tag = q->q,
		.after_score = call->after ? call->key.k[0] : J_NO_INT,
		.after_id = call->key.id,
		.limit = call->limit + 1,
	};

	(void)reply;
	return expertise_sql_page(rq, &page, expert_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/expertise", .access = ACCESS_PEOPLE, .rate = RATE_READ, .query = &query_schema,
	  .kind = REPLY_LIST, .reply = &expert_schema, .handle = handle_search, .name = "expertise_list",
	  .summary = "Who knows about something: by their tags first, then by what they were thanked for" },
};
/* clang-format on */

const struct route_table expertise_routes = ROUTES("people", rows);
