/* SPDX-License-Identifier: Apache-2.0 */
/* sync.c - bringing a phone up to date: the change log, and walks over what is there. */
#include "sync_int.h"

void
sync_add(struct sync_run *run, enum sync_kind kind, struct uuid id, int64_t at, struct str data)
{
	run->changes[run->n++] = (struct sync_change){
		.kind = (int)kind,
		.op = data.s ? SYNC_UPSERT : SYNC_DELETE,
		.id = id,
		.at = at,
		.data = data,
	};
}

static void
enter(struct sync_state *s, enum sync_stage stage, int64_t after_at)
{
	s->stage = stage;
	s->after_id = sync_first_id;
	s->after_at = after_at;
}

static void
enter_kudos(const struct rq *rq, struct sync_state *s)
{
	enter(s, SYNC_FILL_KUDOS, 0);
	s->after_id = sync_kudos_since(rq->now_us);
}

/* The next part of a fill once one is complete. */
static void
leave(const struct rq *rq, struct sync_state *s)
{
	switch (s->stage) {
	case SYNC_FILL_ME:
		enter(s, SYNC_FILL_CHANNELS, 0);
		return;
	case SYNC_FILL_CHANNELS:
		enter(s, SYNC_FILL_POSTS, 0);
		return;
	case SYNC_FILL_POSTS:
		if (!uuid_is_zero(s->channel))
			break;
		if (s->first)
			enter(s, SYNC_FILL_SHARES, rq->now_us - SYNC_SHARE_DAYS * US_PER_DAY);
		else
			enter_kudos(rq, s);
		return;
	case SYNC_FILL_SHARES:
		enter_kudos(rq, s);
		return;
	case SYNC_FILL_KUDOS:
	case SYNC_LOG:
	case SYNC_STAGE__MAX:
		break;
	}
	enter(s, SYNC_LOG, 0);
	s->first = false;
	s->channel = (struct uuid){ 0 };
}

static enum fault
fill(struct rq *rq, struct sync_run *run)
{
	bool end = true;
	enum fault e = FAULT_NONE;

	switch (run->state.stage) {
	case SYNC_FILL_ME:
		e = sync_put_me(rq, run, rq->now_us);
		break;
	case SYNC_FILL_CHANNELS:
		e = sync_fill_channels(rq, run, &end);
		break;
	case SYNC_FILL_POSTS:
		e = sync_fill_posts(rq, run, &end);
		break;
	case SYNC_FILL_SHARES:
		e = sync_fill_shares(rq, run, &end);
		break;
	case SYNC_FILL_KUDOS:
		e = sync_fill_kudos(rq, run, &end);
		break;
	case SYNC_LOG:
	case SYNC_STAGE__MAX:
		break;
	}
	if (!e && end)
		leave(rq, &run->state);
	return e;
}

/* Changes of the log, each object once, up to the first that changes what the person may see. */
struct reading {
	struct sync_ids posts, kudos;
	struct sync_log_row turn; /* seq 0: none */
	int64_t last_seq;
	size_t n;
};

static void
note(struct sync_ids *list, const struct sync_log_row *row)
{
	size_t i = 0;

	while (i < list->n && !uuid_eq(list->ids[i], row->id))
		i++;
	list->ids[i] = row->id;
	list->at[i] = row->at;
	list->narrowed[i] = row->op == SYNC_DELETE || (i < list->n && list->narrowed[i]);
	if (i == list->n)
		list->n++;
}

static enum fault
log_row(struct rq *rq, void *row, void *arg)
{
	struct reading *r = arg;
	const struct sync_log_row *l = row;

	(void)rq;
	r->n++;
	if (r->turn.seq) /* the rest is read again after the walk */
		return FAULT_NONE;
	r->last_seq = l->seq;
	if (l->kind == SYNC_POST)
		note(&r->posts, l);
	else if (l->kind == SYNC_KUDOS)
		note(&r->kudos, l);
	else if (l->kind != SYNC_SHARE)
		r->turn = *l;
	return FAULT_NONE;
}

static struct sync_ids
room_for(struct rq *rq, size_t n)
{
	return (struct sync_ids){
		.ids = arena_array(rq->arena, n, struct uuid),
		.at = arena_array(rq->arena, n, int64_t),
		.narrowed = arena_array(rq->arena, n, bool),
	};
}

/* A changed audience is walked over: of one channel, or of all for a person. */
static enum fault
turn(struct rq *rq, struct sync_run *run, const struct sync_log_row *row)
{
	if (row->kind == SYNC_CHANNEL) {
		enter(&run->state, SYNC_FILL_POSTS, 0);
		run->state.channel = row->id;
		return sync_put_channel(rq, run, row->id, row->at);
	}
	enter(&run->state, SYNC_FILL_CHANNELS, 0);
	return sync_put_me(rq, run, row->at);
}

static enum fault
read_log(struct rq *rq, struct sync_run *run)
{
	const size_t room = run->room - run->n;
	struct reading r = { .posts = room_for(rq, room), .kudos = room_for(rq, room) };
	enum fault e = sync_sql_log(rq, run->state.seq, run->newest, (int64_t)room, log_row, &r);

	if (e)
		return e;
	e = sync_put_posts(rq, run, &r.posts);
	if (!e)
		e = sync_put_kudos(rq, run, &r.kudos);
	if (e)
		return e;

	run->more = r.n == room;
	run->state.seq = run->more || r.turn.seq ? r.last_seq : run->newest;
	if (!r.turn.seq)
		return FAULT_NONE;
	run->more = true;
	return turn(rq, run, &r.turn);
}

/* Own shares first, then the log. */
static enum fault
follow(struct rq *rq, struct sync_run *run)
{
	bool end = true;
	enum fault e = FAULT_NONE;

	if (run->state.person_seq < run->person_newest)
		e = sync_changed_shares(rq, run, &end);
	if (e || !end || run->n == run->room)
		return e;
	return read_log(rq, run);
}

enum fault
sync_step(struct rq *rq, struct sync_run *run)
{
	enum fault e = FAULT_NONE;

	run->more = true;
	while (!e && run->more && run->n < run->room) {
		if (run->state.stage != SYNC_LOG)
			e = fill(rq, run);
		else
			e = follow(rq, run);
	}
	if (run->state.stage != SYNC_LOG)
		run->more = true;
	return e;
}
