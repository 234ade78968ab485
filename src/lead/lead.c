/* SPDX-License-Identifier: Apache-2.0 */
/* lead.c - how somebody becomes a lead: once for each id of a source, with the path that led there.
 */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/crypto.h"
#include "rostra/jobs.h"
#include "rostra/sums.h"

#include "lead_int.h"

const char *const lead_stage_names[STAGE__MAX + 1] = {
	[STAGE_LEAD] = "lead", [STAGE_QUALIFIED] = "qualified", [STAGE_OPPORTUNITY] = "opportunity",
	[STAGE_WON] = "won",   [STAGE_LOST] = "lost",           NULL,
};
const char *const lead_channel_names[] = {
	[LEAD_FORM] = "form",       [LEAD_API] = "api",     [LEAD_CSV] = "csv",
	[LEAD_WEBHOOK] = "webhook", [LEAD_PIXEL] = "pixel", NULL,
};
const char *const lead_match_names[] = {
	[MATCH_PENDING] = "pending",
	[MATCH_CLICK] = "click",
	[MATCH_VISITOR] = "visitor",
	[MATCH_EMAIL] = "email",
	[MATCH_EXTERNAL] = "external",
	[MATCH_NONE] = "none",
	NULL,
};

const char *
lead_source(const struct rq *rq)
{
	return rq->who->name[0] != '\0' ? rq->who->name : LEAD_SOURCE_CONSOLE;
}

enum fault
lead_check(struct rq *rq, const struct lead_new *in, bool strict)
{
	unsigned char id[CLICK_ID_SIZE], hash[sizeof(struct sha256)];
	enum fault e = FAULT_NONE;

	if (in->email == NULL && in->email_sha256 == NULL && in->external_id == NULL &&
	    in->click_id == NULL)
		e = problem_add(&rq->problem, "#/email",
		                "an email, email_sha256, external_id or click_id is needed");
	if (in->email != NULL && in->email_sha256 != NULL)
		e = problem_add(&rq->problem, "#/email_sha256", "does not go with email");
	else if (in->email_sha256 != NULL &&
	         !hex_decode(str_of(in->email_sha256), hash, sizeof(hash)))
		e = problem_add(&rq->problem, "#/email_sha256", "must be 64 hexadecimal digits");
	if (strict && in->click_id != NULL && !click_id_parse(str_of(in->click_id), id))
		e = problem_add(&rq->problem, "#/click_id",
		                "must be 16 characters of A-Z a-z 0-9 - _");
	if (in->created_at != TIME_NONE &&
	    in->created_at > rq->now_us + LEAD_CLOCK_AHEAD_S * US_PER_S)
		e = problem_add(&rq->problem, "#/created_at", "must not be in the future");
	return e;
}

/* --- putting --- */

/* The source gave no id: the same words again, be it a retry or a second press of a button, are the
 * same event. */
const char *
lead_said_id(struct rq *rq, const struct str *parts, size_t n)
{
	char text[2 * sizeof(struct sha256) + 1];
	const struct sha256 digest = sha256_parts(parts, n);

	hex_encode(digest.b, sizeof(digest.b), text);
	return arena_printf(rq->arena, LEAD_SAID "%s", text);
}

static const char *
id_of_words(struct rq *rq, const struct lead_new *in)
{
	const struct money none = { 0, NULL }, *value = in->value != NULL ? in->value : &none;
	const struct str parts[] = {
		str_of(in->email),       str_of(in->name),
		str_of(in->phone),       str_of(in->organisation),
		str_of(in->message),     str_of(in->click_id),
		STR_OF(in->created_at),  STR_OF(value->amount_minor),
		str_of(value->currency), str_of(in->email_sha256),
	};
	/* Without a hash the id is that of before there were any. */
	const size_t n = sizeof(parts) / sizeof(parts[0]) - (in->email_sha256 == NULL);

	return lead_said_id(rq, parts, n);
}

struct put {
	struct lead_birth birth;
	struct path path;
	bool looked, repeated, joined; /* for others; the id was here; it is one with another */
};

/* Of the address, or as it was told in its place. */
static void
set_hash(struct rq *rq, const struct lead_new *in, struct lead *l)
{
	struct sha256 h;

	if (l->email != NULL)
		h = sha256_of(l->email, strlen(l->email));
	else if (in->email_sha256 == NULL ||
	         !hex_decode(str_of(in->email_sha256), h.b, sizeof(h.b)))
		return;
	l->email_sha256 = (struct str){ arena_copy(rq->arena, h.b, sizeof(h.b)), sizeof(h.b) };
}

static void
set_click(struct rq *rq, struct lead *l, const char *text)
{
	unsigned char id[CLICK_ID_SIZE];

	if (text != NULL && click_id_parse(str_of(text), id))
		l->click_bytes = (struct str){ arena_copy(rq->arena, id, sizeof(id)), sizeof(id) };
}

static void
lead_of_new(struct rq *rq, const struct lead_origin *from, const struct lead_new *in,
            struct lead *out)
{
	*out = (struct lead){
		.company_id = from->company,
		.id = uuid_v7(rq->now_us),
		.source = from->source,
		.channel = (int)from->channel,
		.external_id = in->external_id,
		.email = in->email,
		.name = in->name,
		.organisation = in->organisation,
		.phone = in->phone,
		.message = in->message,
		.stage = STAGE_LEAD,
		.value_minor = in->value != NULL ? in->value->amount_minor : J_NO_INT,
		.currency = in->value != NULL ? in->value->currency : NULL,
		.created_at = in->created_at != TIME_NONE ? in->created_at : rq->now_us,
		.received_at = rq->now_us,
		.erased_at = TIME_NONE,
		.version = 1,
	};
	if (out->external_id == NULL)
		out->external_id = id_of_words(rq, in);
	set_hash(rq, in, out);
	set_click(rq, out, in->click_id);
}

/* That a lead came is an event too: reports give credit for it.  Its id cannot be one that a source
 * would send. */
static void
first_of(struct rq *rq, const struct lead *l, const struct path *path, struct conversion *out)
{
	char text[UUID_TEXT_SIZE];

	uuid_format(l->id, text);
	*out = (struct conversion){
		.company_id = l->company_id,
		.id = uuid_v7(rq->now_us),
		.lead_id = l->id,
		.campaign_id = path_campaign(path),
		.stage = STAGE_LEAD,
		.value_minor = l->value_minor,
		.currency = l->currency,
		.source = l->source,
		.external_id = arena_printf(rq->arena, "lead.%s", text),
		.occurred_at = l->created_at,
		.received_at = l->received_at,
	};
}

static enum fault
first_exists(struct rq *rq)
{
	return rq_fail(rq, FAULT_CONFLICT, "The lead's first event exists already.");
}

/* What is known of it already. */
static enum fault
look(struct rq *rq, struct put *p)
{
	struct lead *l = &p->birth.lead;
	enum fault e = path_collect(rq, l, TIME_NONE, l->created_at, &p->path);

	if (e)
		return e;
	path_tell(&p->path, l);
	first_of(rq, l, &p->path, &p->birth.first);
	return FAULT_NONE;
}

/* Somebody of this visit may be here, or may have come while we looked. */
static enum fault
join(struct rq *rq, struct put *p)
{
	struct uuid other;
	enum fault e = lead_visit_find(rq, &p->birth.lead, &other, &p->joined);

	return e || !p->joined ? e : lead_join(rq, &p->birth.lead, other);
}

/* Step by step: among others in a transaction, with a long path, or when somebody of this visit is
 * here.  Whoever comes by the same click or with the same address waits at the first line. */
static enum fault
put_tx(struct rq *rq, void *arg)
{
	struct put *p = arg;
	bool duplicate, alone;
	enum fault e = lead_visit_line_up(rq, &p->birth.lead, &alone);

	alone = alone && p->looked;
	if (!e && !alone)
		e = look(rq, p);
	if (!e)
		e = lead_sql_insert(rq, &p->birth.lead, &p->repeated);
	if (e || p->repeated)
		return e;
	e = path_freeze(rq, &p->path);
	if (!e)
		e = conversion_sql_insert(rq, &p->birth.first, &duplicate);
	if (e)
		return e;
	if (duplicate)
		return first_exists(rq);
	e = sums_mark_lead(rq, p->birth.lead.company_id, p->birth.lead.id);
	if (!e && p->path.n > 0)
		e = outbox_put(rq, LEAD_CHANGED, p->birth.lead.id, NULL);
	return e || alone ? e : join(rq, p);
}

/* Nothing is read between the writes: mostly they are one round trip.  A key that is there is the
 * lead's own id, or somebody of this visit has come since we looked: put_tx finds out. */
static enum fault
put_alone(struct rq *rq, struct put *p)
{
	bool taken = db_in_tx(rq);
	struct uuid other;
	enum fault e = taken ? FAULT_NONE : look(rq, p);

	if (!e && !taken)
		e = lead_visit_find(rq, &p->birth.lead, &other, &taken);
	if (e)
		return e;
	p->looked = !taken;
	if (taken || p->path.n > 1)
		return db_tx(rq, put_tx, p);
	if (p->path.n == 1)
		p->birth.touch = p->path.touch[0];
	p->birth.event = LEAD_CHANGED;
	e = lead_sql_birth(rq, &p->birth, p->path.n == 1, &taken);
	return e || !taken ? e : db_tx(rq, put_tx, p);
}

/* Most leads of a server's call tell of no click, and their address is new. */
static enum fault
put_all(struct rq *rq, struct put *p)
{
	struct lead *l = &p->birth.lead;

	if (l->click_bytes.n > 0)
		return put_alone(rq, p);
	p->path.n = 0;
	p->path.match = MATCH_NONE;
	p->path.reason = REASON_NOTHING_KNOWN;
	path_tell(&p->path, l);
	first_of(rq, l, &p->path, &p->birth.first);
	return birth_together(rq, &p->birth) ? FAULT_NONE : put_alone(rq, p);
}

/* The lead that came by this id before. */
static enum fault
put_before(struct rq *rq, const struct lead *key, struct lead *out)
{
	enum fault e = lead_sql_by_external(rq, key, out);

	return e == FAULT_NOT_FOUND ? first_exists(rq) : e;
}

enum fault
lead_put(struct rq *rq, const struct lead_origin *from, const struct lead_new *in, struct lead *out)
{
	struct put *p = arena_new(rq->arena, struct put);
	enum fault e;

	*out = (struct lead){ .value = NULL };
	lead_of_new(rq, from, in, &p->birth.lead);
	e = put_all(rq, p);
	if (!e && p->repeated)
		e = put_before(rq, &p->birth.lead, out);
	else if (!e && p->joined)
		e = lead_sql_get(rq, p->birth.lead.company_id, p->birth.lead.id, out);
	else if (!e)
		*out = p->birth.lead;
	if (e)
		return e;
	out->repeated = p->repeated;
	lead_finish(rq, out);
	return FAULT_NONE;
}
