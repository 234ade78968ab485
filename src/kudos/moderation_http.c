/* SPDX-License-Identifier: Apache-2.0 */
/* moderation_http.c - reporting a kudos, and deciding about what was reported. */
#include <string.h>

#include "rostra/caller.h"

#include "moderation_int.h"

/* clang-format off */
#define REPORT_FIELDS(fl)                                                                       \
	J_WORD(struct report, reason, fl, report_reason_names, -1),                                 \
	J_TEXT(struct report, note, J_NULLABLE | J_PII | J_TRIM | J_MULTILINE, 1, REPORT_NOTE_MAX)
static const struct j_field report_fields[] = { REPORT_FIELDS(J_REQUIRED) };
static const struct j_schema report_schema = J_SCHEMA("kudos_report", struct report, report_fields);

static const struct j_field decision_fields[] = {
	J_WORD(struct decision, decision, J_REQUIRED, decision_names, -1, .help = "remove: it is gone, and its points go back"),
	J_TEXT(struct decision, note, J_NULLABLE | J_TRIM | J_MULTILINE, 1, REPORT_NOTE_MAX),
};
static const struct j_schema decision_schema = J_SCHEMA("kudos_decision", struct decision, decision_fields);

static const struct j_field reported_fields[] = {
	{ .name = "kudos", .type = J_OBJECT, .off = (uint32_t)offsetof(struct reported, shown), .flags = J_REQUIRED,
	  .schema = &kudos_schema },
	J_OBJECTS(struct reported, reports, J_REQUIRED, 1, REPORTS_SHOWN_MAX, &report_schema, .help = "Oldest first; not by whom"),
};
static const struct j_schema reported_schema = J_SCHEMA("kudos_reported", struct reported, reported_fields);
/* clang-format on */

static enum fault
handle_report(struct rq *rq, struct call *call, void *reply)
{
	struct report r = *(const struct report *)call->body;

	(void)reply;
	r.kudos_id = call->id[0];
	return kudos_report(rq, &r);
}

static enum fault
handle_decide(struct rq *rq, struct call *call, void *reply)
{
	struct decision d = *(const struct decision *)call->body;

	(void)reply;
	d.kudos_id = call->id[0];
	return kudos_decide(rq, &d);
}

static int
reason_of(struct str word)
{
	int i = 0;

	while (i < REPORT_OTHER && !str_is(word, report_reason_names[i]))
		i++;
	return i;
}

/* "<reason>\x1e<note>\x1f…": as moderation_sql.c packs reports; notes have no such characters. */
static struct j_list
unpack(struct rq *rq, const char *packed)
{
	struct report *list = arena_array(rq->arena, REPORTS_SHOWN_MAX, struct report);
	struct str rest = str_of(packed), one, word;
	size_t n = 0;

	while (rest.s != NULL && n < REPORTS_SHOWN_MAX && str_split(&rest, '\x1f', &one)) {
		if (!str_split(&one, '\x1e', &word))
			continue;
		list[n].reason = reason_of(word);
		if (one.s != NULL && one.n > 0)
			list[n].note = arena_copy(rq->arena, one.s, one.n);
		n++;
	}
	return (struct j_list){ list, n };
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	struct reported *r = row;

	kudos_finish(rq, &r->kudos);
	r->shown = &r->kudos;
	r->reports = unpack(rq, r->reports_packed);
	page_add(rq, arg, r, (struct page_key){ .id = r->kudos.id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	struct reported_page page = { .company_id = rq_company(rq),
		                      .viewer = rq->who->person,
		                      .limit = call->limit + 1 };

	(void)reply;
	memset(&page.before, 0xff, sizeof(page.before));
	if (call->after)
		page.before = call->key.id;
	return reported_sql_page(rq, &page, list_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_POST, .path = "/v1/kudos/{id}/report", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_IDEMPOTENCY_KEY, .body = &report_schema, .kind = REPLY_NONE, .handle = handle_report,
	  .name = "kudos_report", .summary = "Report abuse: the kudos is hidden until a manager decides" },
	{ .method = HTTP_GET, .path = "/v1/reported-kudos", .access = ACCESS_MANAGERS, .rate = RATE_READ,
	  .kind = REPLY_LIST, .reply = &reported_schema, .handle = handle_list,
	  .name = "kudos_reported", .summary = "Reported kudos that wait for a decision, newest first" },
	{ .method = HTTP_POST, .path = "/v1/kudos/{id}/decision", .access = ACCESS_MANAGERS, .rate = RATE_WRITE,
	  .flags = ROUTE_IDEMPOTENCY_KEY, .body = &decision_schema, .kind = REPLY_NONE, .handle = handle_decide,
	  .name = "kudos_decide", .summary = "Restore or remove a reported kudos" },
};
/* clang-format on */

const struct route_table kudos_moderation_routes = ROUTES("kudos", rows);
