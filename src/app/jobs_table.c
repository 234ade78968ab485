/* SPDX-License-Identifier: Apache-2.0 */
/* jobs_table.c - the one list of recurring jobs and of what the outbox causes. */
#include "jobs_table.h"

#include "rostra/badge.h"
#include "rostra/board.h"
#include "rostra/contest.h"
#include "rostra/identity.h"
#include "rostra/kudos.h"
#include "rostra/lead.h"
#include "rostra/link.h"
#include "rostra/mentoring.h"
#include "rostra/notice.h"
#include "rostra/points.h"
#include "rostra/post.h"
#include "rostra/privacy.h"
#include "rostra/report.h"
#include "rostra/session.h"

enum { SECOND_MS = 1000, HOUR_MS = 3600 * SECOND_MS };

/* clang-format off */
static const struct job jobs[] = {
	/* A click is in reports within 5 s. */
	{ .name = "click_loader",       .every_ms = 300,           .per_node = true, .run = click_loader_run },
	{ .name = "post_clock",         .every_ms = SECOND_MS,     .run = post_clock_run },
	{ .name = "lead_match_pending", .every_ms = 2 * SECOND_MS, .run = lead_match_pending_run },
	{ .name = "post_stat",          .every_ms = 2 * SECOND_MS, .run = post_stat_run },
	{ .name = "click_partitions",   .every_ms = HOUR_MS,       .run = click_partitions_run },
	{ .name = "link_snapshot",      .every_ms = 30 * SECOND_MS, .per_node = true, .run = link_snapshot_run },
	{ .name = "visits_keys",        .every_ms = 60 * SECOND_MS, .per_node = true, .run = visits_keys_run },
	{ .name = "prune",              .every_ms = HOUR_MS,       .run = prune_run },
	{ .name = "sign_in_prune",      .every_ms = HOUR_MS,       .run = sign_in_prune_run },
	{ .name = "session_prune",      .every_ms = HOUR_MS,       .run = session_prune_run },
	{ .name = "lead_visit_prune",   .every_ms = HOUR_MS,       .run = lead_visit_prune_run },
	{ .name = "notice_prune",       .every_ms = HOUR_MS,       .run = notice_prune_run },
	/* Who is busy is looked at once for all that they did. */
	{ .name = "badges",             .every_ms = 3 * SECOND_MS, .run = badge_run },
	{ .name = "badge_sweep",        .every_ms = 60 * SECOND_MS, .run = badge_sweep_run },
	{ .name = "contests",           .every_ms = 60 * SECOND_MS, .run = contest_run },
	{ .name = "board_notes",        .every_ms = 60 * SECOND_MS, .run = board_note_run },
	{ .name = "mentoring",          .every_ms = 60 * SECOND_MS, .run = mentoring_run },
	{ .name = "report_sums",        .every_ms = 10 * SECOND_MS, .run = report_sums_run },
	{ .name = "erasure",            .every_ms = 60 * SECOND_MS, .run = erasure_run },
};

/* What follows from shares that came or went. */
static enum fault
shares_changed(struct rq *rq, const char *kind, const char *owner)
{
	enum fault e = post_stat_mark(rq, kind, owner);

	if (!e)
		e = badge_mark_shares(rq, kind, owner);
	return e ? e : points_follow_shares(rq, kind, owner);
}

static enum fault
kudos_changed(struct rq *rq, const char *kind, const char *owner)
{
	enum fault e = kudos_follow_changed(rq, kind, owner);

	return e ? e : points_follow_kudos(rq, kind, owner);
}

static enum fault
lead_changed(struct rq *rq, const struct outbox_event *event)
{
	enum fault e = badge_mark_lead(rq, event);

	return e ? e : points_follow_lead(rq, event);
}

static const struct outbox_consumer consumers[] = {
	{ .kind = "share.created", .handle_batch = shares_changed },
	{ .kind = "share.revoked", .handle_batch = shares_changed },
	{ .kind = KUDOS_GIVEN, .handle_batch = points_follow_kudos },
	{ .kind = BADGE_PEOPLE, .handle_batch = badge_mark_claimed },
	{ .kind = KUDOS_CHANGED, .handle_batch = kudos_changed },
	{ .kind = "lead.changed", .handle = lead_changed },
	{ .kind = "post.published", .handle = points_follow_post },
	{ .kind = "post.acknowledged", .handle = points_follow_reader },
	{ .kind = POINTS_CLICKED, .handle_batch = points_follow_clicks },
};
/* clang-format on */

const struct jobs_plan app_jobs = {
	.jobs = jobs,
	.n_jobs = sizeof(jobs) / sizeof(jobs[0]),
	.consumers = consumers,
	.n_consumers = sizeof(consumers) / sizeof(consumers[0]),
};
