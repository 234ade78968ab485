/* SPDX-License-Identifier: Apache-2.0 */
/* sync_data.c - what changes carry: things as they are now for one person, or that they are gone.
 */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/share.h"

#include "sync_int.h"

const struct uuid sync_first_id = { .b = { [15] = 1 } };

/* clang-format off */
static const struct j_field me_fields[] = {
	J_ID(struct sync_me, id, J_REQUIRED),
	J_TEXT(struct sync_me, email, J_NULLABLE | J_PII, 3, 254),
	J_TEXT(struct sync_me, display_name, J_REQUIRED | J_PII, 1, 120),
	J_TEXT(struct sync_me, given_name, J_NULLABLE | J_PII, 1, 80),
	J_TEXT(struct sync_me, family_name, J_NULLABLE | J_PII, 1, 80),
	J_WORD(struct sync_me, role, J_REQUIRED, role_names, 0),
	J_TEXT(struct sync_me, language, J_NULLABLE, 2, 16),
	J_TEXT(struct sync_me, time_zone, J_NULLABLE, 1, 64),
	J_INT64(struct sync_me, version, J_REQUIRED, 1, INT64_MAX, 0),
};
static const struct j_schema me_schema = J_SCHEMA("sync_me", struct sync_me, me_fields);

/* A phone knows itself what it has seen and shared; other phones of the person need the rest. */
static const struct j_field state_fields[] = {
	J_BOOLEAN(struct sync_post_row, pinned, J_REQUIRED, 0),
	J_AT(struct sync_post_row, acknowledged_at, J_NULLABLE),
};
static const struct j_schema state_schema = J_SCHEMA("sync_post_state", struct sync_post_row, state_fields);
/* clang-format on */

static struct str
kept(struct rq *rq, struct buf *b)
{
	struct str text = { arena_copy(rq->arena, b->s, b->n), b->n };

	buf_free(b);
	return text;
}

static struct str
encoded(struct rq *rq, const struct j_schema *s, const void *obj)
{
	struct buf b = { 0 };

	json_encode(&b, s, obj);
	return kept(rq, &b);
}

static struct sync_fill
fill_of(const struct rq *rq, const struct sync_run *run)
{
	return (struct sync_fill){
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.channel_id = run->state.channel,
		.after_id = run->state.after_id,
		.channels = run->channels ? run->channels : "",
		.first = run->state.first,
		.limit = (int64_t)(run->room - run->n),
	};
}

enum fault
sync_put_me(struct rq *rq, struct sync_run *run, int64_t at)
{
	struct sync_me me = { 0 };
	enum fault e = sync_sql_me(rq, &me);

	if (e)
		return e;

	sync_add(run, SYNC_ME, me.id, at, encoded(rq, &me_schema, &me));
	return FAULT_NONE;
}

static void
add_channel(struct rq *rq, struct sync_run *run, struct sync_channel_row *row, int64_t at)
{
	struct str data = { 0 };

	if (row->visible) {
		channel_view_finish(rq, &row->view);
		data = encoded(rq, &channel_schema, &row->view);
	}
	sync_add(run, SYNC_CHANNEL, row->view.id, at, data);
}

enum fault
sync_put_channel(struct rq *rq, struct sync_run *run, struct uuid id, int64_t at)
{
	struct sync_channel_row row = { 0 };
	bool found;
	enum fault e = sync_sql_channel(rq, id, &row, &found);

	if (e)
		return e;
	row.view.id = id;
	add_channel(rq, run, &row, at);
	return FAULT_NONE;
}

static enum fault
channel_row(struct rq *rq, void *row, void *arg)
{
	struct sync_run *run = arg;
	struct sync_channel_row *c = row;

	add_channel(rq, run, c, rq->now_us);
	run->state.after_id = c->view.id;
	return FAULT_NONE;
}

enum fault
sync_fill_channels(struct rq *rq, struct sync_run *run, bool *ret_end)
{
	struct sync_fill in = fill_of(rq, run);
	const size_t before = run->n;
	enum fault e = sync_sql_channels(rq, &in, channel_row, run);

	if (e)
		return e;

	*ret_end = run->n - before < (size_t)in.limit;
	return FAULT_NONE;
}

struct post_rows {
	struct sync_post_row *rows;
	size_t n, room;
};

static enum fault
post_row(struct rq *rq, void *row, void *arg)
{
	struct post_rows *p = arg;

	(void)rq;
	if (p->n < p->room)
		p->rows[p->n++] = *(const struct sync_post_row *)row;
	return FAULT_NONE;
}

/* Cards for the visible ones, by one statement at most. */
static enum fault
add_posts(struct rq *rq, struct sync_run *run, const struct post_rows *p, const int64_t *at)
{
	struct post_card *cards = arena_array(rq->arena, p->n + 1, struct post_card);
	size_t n_cards = 0, k = 0;
	enum fault e;

	for (size_t i = 0; i < p->n; i++) {
		if (p->rows[i].visible)
			cards[n_cards++] = (struct post_card){ .id = p->rows[i].id,
				                               .version = p->rows[i].version };
	}
	e = post_cards(rq, cards, n_cards);
	if (e)
		return e;

	for (size_t i = 0; i < p->n; i++) {
		struct buf b = { 0 };
		struct str data = { 0 };

		if (p->rows[i].visible && cards[k++].json.s) {
			json_encode_more(&b, cards[k - 1].json, &state_schema, &p->rows[i]);
			data = kept(rq, &b);
		}
		sync_add(run, SYNC_POST, p->rows[i].id, at ? at[i] : rq->now_us, data);
	}
	return FAULT_NONE;
}

enum fault
sync_fill_posts(struct rq *rq, struct sync_run *run, bool *ret_end)
{
	struct sync_fill in = fill_of(rq, run);
	struct post_rows p = { .room = (size_t)in.limit };
	enum fault e;

	p.rows = arena_array(rq->arena, p.room, struct sync_post_row);
	e = sync_sql_posts(rq, &in, post_row, &p);
	if (e)
		return e;

	if (p.n > 0)
		run->state.after_id = p.rows[p.n - 1].id;
	*ret_end = p.n < p.room;
	return add_posts(rq, run, &p, NULL);
}

const char *
sync_ids_json(struct rq *rq, const struct sync_ids *want)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < want->n; i++) {
		char id[UUID_TEXT_SIZE];

		uuid_format(want->ids[i], id);
		buf_printf(&b, "%s\"%s\"", i ? "," : "[", id);
	}
	buf_char(&b, ']');
	return kept(rq, &b).s;
}

enum fault
sync_put_posts(struct rq *rq, struct sync_run *run, const struct sync_ids *want)
{
	struct sync_fill in = fill_of(rq, run);
	struct post_rows found = { .room = want->n };
	struct post_rows all = { .n = want->n };
	enum fault e;

	if (want->n == 0)
		return FAULT_NONE;
	in.ids = sync_ids_json(rq, want);
	found.rows = arena_array(rq->arena, want->n, struct sync_post_row);
	all.rows = arena_array(rq->arena, want->n, struct sync_post_row);
	e = sync_sql_posts(rq, &in, post_row, &found);
	if (e)
		return e;

	/* What is not live is not found: it stays invisible, a delete. */
	for (size_t i = 0; i < want->n; i++) {
		all.rows[i].id = want->ids[i];
		for (size_t k = 0; k < found.n; k++) {
			if (uuid_eq(found.rows[k].id, want->ids[i]))
				all.rows[i] = found.rows[k];
		}
	}
	return add_posts(rq, run, &all, want->at);
}

static enum fault
share_row(struct rq *rq, void *row, void *arg)
{
	struct sync_run *run = arg;
	struct share *s = row;

	share_finish(rq, s);
	sync_add(run, SYNC_SHARE, s->id, rq->now_us, encoded(rq, &share_schema, s));
	run->state.after_at = s->created_at;
	run->state.after_id = s->id;
	return FAULT_NONE;
}

enum fault
sync_fill_shares(struct rq *rq, struct sync_run *run, bool *ret_end)
{
	const size_t before = run->n;
	const size_t room = run->room - run->n;
	enum fault e = share_own_since(rq, run->state.after_at, run->state.after_id, (int64_t)room,
	                               share_row, run);

	if (e)
		return e;

	*ret_end = run->n - before < room;
	return FAULT_NONE;
}

static enum fault
changed_share(struct rq *rq, void *row, void *arg)
{
	struct sync_run *run = arg;
	struct share *s = row;

	share_finish(rq, s);
	sync_add(run, SYNC_SHARE, s->id, s->state == SHARE_REVOKED ? s->revoked_at : s->created_at,
	         encoded(rq, &share_schema, s));
	run->state.person_seq = s->feed_seq;
	return FAULT_NONE;
}

enum fault
sync_changed_shares(struct rq *rq, struct sync_run *run, bool *ret_end)
{
	const size_t before = run->n;
	const size_t room = run->room - run->n;
	enum fault e = share_own_changed(rq, run->state.person_seq, run->person_newest,
	                                 (int64_t)room, changed_share, run);

	if (e)
		return e;

	*ret_end = run->n - before < room;
	if (*ret_end)
		run->state.person_seq = run->person_newest;
	return FAULT_NONE;
}
