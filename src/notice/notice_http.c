/* SPDX-License-Identifier: Apache-2.0 */
/* notice_http.c - a person's inbox over HTTP: lines, read marks, what they want to be told. */
#include <inttypes.h>
#include <string.h>

#include "rostra/buf.h"
#include "rostra/caller.h"
#include "rostra/people.h"

#include "notice_int.h"

/* clang-format off */
static const struct j_field face_fields[] = {
	J_ID(struct notice_face, id, J_REQUIRED),
	J_TEXT(struct notice_face, display_name, J_REQUIRED | J_PII, 0, 120),
};
static const struct j_schema face_schema = J_SCHEMA("notification_actor", struct notice_face, face_fields);

static const struct j_field view_fields[] = {
	J_ID(struct notice_view, id, J_REQUIRED),
	J_WORD(struct notice_view, kind, J_REQUIRED, notice_kind_names, 0),
	J_ID(struct notice_view, object_id, J_REQUIRED,
	     .help = "The kudos of kudos, mention, comment and reaction; the session of session_revoked; of privacy the erasure that was asked, or oneself where somebody took a copy of one's data; of rank the board, as GET /v1/boards/{board} takes it; else what the kind names"),
	J_INT64(struct notice_view, events, J_REQUIRED, 0, INT64_MAX, 0, .help = "How many happened since this kind was last read"),
	J_OBJECTS(struct notice_view, actors, J_REQUIRED, 0, NOTICE_ACTORS_SHOWN, &face_schema, .help = "Who did it, the latest first"),
	J_AT(struct notice_view, first_at, J_REQUIRED, .help = "When the first of them happened"),
	J_AT(struct notice_view, told_at, J_REQUIRED, .help = "When the last of them happened, or the quiet hours that held it back ended"),
	J_BOOLEAN(struct notice_view, read, J_REQUIRED, false),
};
static const struct j_schema view_schema = J_SCHEMA("notification", struct notice_view, view_fields);

static const struct j_field head_fields[] = {
	J_INT64(struct notice_head, unread, J_REQUIRED, 0, NOTICE_UNREAD_COUNTED, 0, .help = "Lines of the whole inbox; 1000: that many or more"),
	J_AT(struct notice_head, as_of, J_NULLABLE, .help = "The latest told_at of the whole inbox: goes into read marks"),
};
static const struct j_schema head_schema = J_SCHEMA("notification_head", struct notice_head, head_fields);

struct list_query {
	bool unread;
};
static const struct j_field query_fields[] = {
	J_BOOLEAN(struct list_query, unread, 0, false, .help = "Only what is not read"),
};
static const struct j_schema query_schema = J_SCHEMA("notification_query", struct list_query, query_fields);

struct marks_body {
	int64_t through;
	struct j_list ids;
};
static const struct j_field marks_fields[] = {
	J_AT(struct marks_body, through, J_REQUIRED, .help = "as_of of the inbox that was seen: what came later stays unread"),
	J_IDS(struct marks_body, ids, 0, 0, NOTICE_MARKS_MAX, .help = "Only these lines; none: all of them"),
};
static const struct j_schema marks_schema = J_SCHEMA("notification_marks", struct marks_body, marks_fields);

struct settings_json {
	uint64_t has;
	uint32_t muted;
	const char *quiet_from, *quiet_to;
	int64_t version;
};
#define SETTINGS_FIELDS(fl)                                                                     \
	J_WORDS(struct settings_json, muted, fl, notice_kind_names + NOTICE_SWITCHABLE, .help = "Kinds that are not told any more"), \
	J_TEXT(struct settings_json, quiet_from, J_NULLABLE, 5, 5, .help = "HH:MM on the person's clock; null: no quiet hours"), \
	J_TEXT(struct settings_json, quiet_to, J_NULLABLE, 5, 5, .help = "HH:MM: what was held back is told then"), \
	J_INT64(struct settings_json, version, J_REQUIRED, 1, INT64_MAX, 0)
static const struct j_field settings_fields[] = { SETTINGS_FIELDS(J_REQUIRED) };
static const struct j_schema settings_schema = J_SCHEMA("notification_settings", struct settings_json, settings_fields);
static const struct j_field patch_fields[] = { SETTINGS_FIELDS(0) };
static const struct j_schema patch_schema = J_SCHEMA_HAS("notification_settings_patch", struct settings_json, patch_fields);
/* clang-format on */

/* --- the inbox --- */

static bool
has_face(const struct notice_face *faces, size_t n, struct uuid id)
{
	for (size_t i = 0; i < n; i++) {
		if (uuid_eq(faces[i].id, id))
			return true;
	}
	return false;
}

/* "<id><name>\x1f…": as notice_sql.c packs actors.  Who began is the last of them. */
static struct j_list
actors(struct rq *rq, const struct notice_view *v)
{
	struct notice_face *faces = arena_array(rq->arena, NOTICE_ACTORS_SHOWN, struct notice_face);
	struct str rest = str_of(v->actors_packed), part;
	size_t n = 0;

	while (rest.s != NULL && n < NOTICE_ACTORS_SHOWN && str_split(&rest, '\x1f', &part)) {
		if (part.n < UUID_TEXT_SIZE - 1 ||
		    !uuid_parse((struct str){ part.s, UUID_TEXT_SIZE - 1 }, &faces[n].id))
			continue;
		faces[n++].display_name = arena_copy(rq->arena, part.s + UUID_TEXT_SIZE - 1,
		                                     part.n - (UUID_TEXT_SIZE - 1));
	}
	if (n < NOTICE_ACTORS_SHOWN && !uuid_is_zero(v->first.id) &&
	    !has_face(faces, n, v->first.id))
		faces[n++] = v->first;
	return (struct j_list){ faces, n };
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	struct notice_view *v = row;

	v->read = v->read_at != TIME_NONE;
	v->actors = actors(rq, v);
	page_add(rq, arg, v, (struct page_key){ .k = { v->told_at }, .id = v->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct list_query *q = call->query;
	struct notice_page page = {
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.before_at = rq->now_us,
		.now = rq->now_us,
		.limit = call->limit + 1,
		.unread = q->unread,
	};
	struct notice_head head = { .unread = 0 };
	enum fault e = notice_sql_head(rq, &head);

	(void)reply;
	if (e)
		return e;
	page_head(call, &head_schema, &head);
	memset(&page.before_id, 0xff, sizeof(page.before_id));
	if (call->after) {
		page.before_at = call->key.k[0];
		page.before_id = call->key.id;
	}
	return notice_sql_page(rq, &page, list_row, call);
}

static const char *
ids_json(struct rq *rq, const struct j_list *list)
{
	const struct uuid *ids = list->items;
	struct buf b = { .n = 0 };
	char text[UUID_TEXT_SIZE];
	const char *json;

	if (list->n == 0)
		return NULL;
	for (size_t i = 0; i < list->n; i++) {
		uuid_format(ids[i], text);
		buf_printf(&b, "%c\"%s\"", i > 0 ? ',' : '[', text);
	}
	buf_char(&b, ']');
	json = arena_copy(rq->arena, b.s, b.n);
	buf_free(&b);
	return json;
}

static enum fault
handle_mark(struct rq *rq, struct call *call, void *reply)
{
	const struct marks_body *in = call->body;
	const struct notice_marks marks = {
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.through = in->through,
		.now = rq->now_us,
		.ids_json = ids_json(rq, &in->ids),
	};
	enum fault e = notice_sql_mark(rq, &marks);

	return e ? e : notice_sql_head(rq, reply);
}

/* --- what a person wants to be told --- */

static const char *
clock_text(struct rq *rq, int64_t minute)
{
	if (minute == J_NO_INT)
		return NULL;
	return arena_printf(rq->arena, "%02" PRId64 ":%02" PRId64, minute / 60, minute % 60);
}

static enum fault
handle_settings(struct rq *rq, struct call *call, void *reply)
{
	struct settings_json *out = reply;
	struct notice_settings s = { .version = 0 };
	enum fault e = notice_sql_settings(rq, &s);

	(void)call;
	if (e)
		return e;
	*out = (struct settings_json){ .muted = s.muted,
		                       .quiet_from = clock_text(rq, s.quiet_from),
		                       .quiet_to = clock_text(rq, s.quiet_to),
		                       .version = s.version };
	return FAULT_NONE;
}

static void
merge_clock(struct rq *rq, const char *text, const char *pointer, int64_t *minute)
{
	if (text == NULL)
		*minute = J_NO_INT;
	else if (!quiet_minute(str_of(text), minute))
		problem_add(&rq->problem, pointer, "must be a time of day, HH:MM");
}

static enum fault
merge_settings(struct rq *rq, const struct settings_json *in, struct notice_settings *s)
{
	if (j_has(&patch_schema, in, "muted"))
		s->muted = in->muted;
	if (j_has(&patch_schema, in, "quiet_from"))
		merge_clock(rq, in->quiet_from, "#/quiet_from", &s->quiet_from);
	if (j_has(&patch_schema, in, "quiet_to"))
		merge_clock(rq, in->quiet_to, "#/quiet_to", &s->quiet_to);
	if (rq->problem.code)
		return rq->problem.code;
	if ((s->quiet_from == J_NO_INT) != (s->quiet_to == J_NO_INT))
		problem_add(&rq->problem, "#/quiet_to",
		            "quiet_from and quiet_to are set together, or both are null");
	else if (s->quiet_from != J_NO_INT && s->quiet_from == s->quiet_to)
		problem_add(&rq->problem, "#/quiet_to", "must be another time than quiet_from");
	return rq->problem.code;
}

static enum fault
settings_tx(struct rq *rq, void *arg)
{
	const struct settings_json *in = arg;
	struct notice_settings s = { .company_id = rq_company(rq), .person_id = rq->who->person };
	bool done;
	enum fault e = notice_sql_settings_ensure(rq, &s);

	if (!e)
		e = notice_sql_settings(rq, &s);
	if (!e)
		e = merge_settings(rq, in, &s);
	if (e)
		return e;
	s.version = in->version;
	e = notice_sql_settings_update(rq, &s, &done);
	if (!e && !done)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the settings again.");
	return e ? e : company_people_changed(rq);
}

static enum fault
handle_patch(struct rq *rq, struct call *call, void *reply)
{
	struct settings_json in = *(const struct settings_json *)call->body;
	enum fault e = db_tx(rq, settings_tx, &in);

	return e ? e : handle_settings(rq, call, reply);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/notifications", .access = ACCESS_PEOPLE, .rate = RATE_READ, .query = &query_schema,
	  .kind = REPLY_LIST, .reply = &view_schema, .head = &head_schema, .handle = handle_list, .name = "notification_list",
	  .summary = "What others did that concerns the reader, latest first; kept for 90 days" },
	{ .method = HTTP_POST, .path = "/v1/notifications/read", .access = ACCESS_PEOPLE, .rate = RATE_WRITE, .body = &marks_schema,
	  .kind = REPLY_OBJECT, .reply = &head_schema, .handle = handle_mark, .name = "notification_read",
	  .summary = "Mark as read; harmless when repeated" },
	{ .method = HTTP_GET, .path = "/v1/notification-settings", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &settings_schema, .handle = handle_settings, .name = "notification_settings_get",
	  .summary = "What the reader is told, and when" },
	{ .method = HTTP_PATCH, .path = "/v1/notification-settings", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .body = &patch_schema, .kind = REPLY_OBJECT, .reply = &settings_schema, .handle = handle_patch,
	  .name = "notification_settings_patch", .summary = "Switch kinds off and on; set quiet hours for what happens from now on" },
};
/* clang-format on */

const struct route_table notice_routes = ROUTES("notifications", rows);
