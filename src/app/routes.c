/* SPDX-License-Identifier: Apache-2.0 */
/* routes.c - the one list of all features: their routes and their statements. */
#include "rostra/access.h"
#include "rostra/audit.h"
#include "rostra/badge.h"
#include "rostra/board.h"
#include "rostra/campaign.h"
#include "rostra/channel.h"
#include "rostra/click.h"
#include "rostra/consent.h"
#include "rostra/contest.h"
#include "rostra/crm.h"
#include "rostra/exchange.h"
#include "rostra/feed.h"
#include "rostra/follow.h"
#include "rostra/identity.h"
#include "rostra/jobs.h"
#include "rostra/kudos.h"
#include "rostra/lead.h"
#include "rostra/link.h"
#include "rostra/measure.h"
#include "rostra/mentoring.h"
#include "rostra/notice.h"
#include "rostra/people.h"
#include "rostra/points.h"
#include "rostra/post.h"
#include "rostra/privacy.h"
#include "rostra/profile.h"
#include "rostra/report.h"
#include "rostra/reward.h"
#include "rostra/scim.h"
#include "rostra/session.h"
#include "rostra/share.h"
#include "rostra/sums.h"
#include "rostra/sync.h"
#include "rostra/zones.h"

#include "app_int.h"

struct route_table app_routes[APP_FEATURES_MAX + 1];
struct db_stmt_table app_stmts[APP_FEATURES_MAX + 1];
size_t app_n_stmts;

/* One a line: features come from many sides. */
/* clang-format off */
static const struct route_table *const all_routes[] = {
	&access_routes,
	&session_routes,
	&identity_routes,
	&identity_claims_routes,
	&email_domain_routes,
	&audit_routes,
	&people_routes,
	&company_routes,
	&team_routes,
	&channel_routes,
	&campaign_routes,
	&post_routes,
	&feed_routes,
	&sync_routes,
	&share_routes,
	&link_routes,
	&click_routes,
	&lead_routes,
	&lead_bulk_routes,
	&lead_pixel_routes,
	&lead_merge_routes,
	&report_routes,
	&seal_routes,
	&people_report_routes,
	&emv_routes,
	&value_routes,
	&kudos_routes,
	&kudos_talk_routes,
	&kudos_moderation_routes,
	&kudos_boost_routes,
	&points_routes,
	&points_rules_routes,
	&points_action_routes,
	&notice_routes,
	&privacy_routes,
	&consent_routes,
	&reward_routes,
	&board_routes,
	&board_definition_routes,
	&follow_routes,
	&follow_feed_routes,
	&profile_routes,
	&expertise_routes,
	&exchange_routes,
	&mentoring_offer_routes,
	&mentoring_routes,
	&mentoring_item_routes,
	&share_review_routes,
	&badge_routes,
	&holiday_routes,
	&contest_routes,
	&crm_routes,
	&crm_hook_routes,
	&scim_routes,
	&scim_group_routes,
	&ops_routes,
};

static const struct db_stmt_table *const all_stmts[] = {
	&http_stmts,
	&access_stmts,
	&session_stmts,
	&audit_stmts,
	&identity_stmts,
	&provider_stmts,
	&sign_out_stmts,
	&provider_domain_stmts,
	&provider_claims_stmts,
	&domain_proof_stmts,
	&people_stmts,
	&team_stmts,
	&person_fact_stmts,
	&channel_stmts,
	&campaign_stmts,
	&post_stmts,
	&post_list_stmts,
	&feed_stmts,
	&sync_stmts,
	&sync_kudos_stmts,
	&share_stmts,
	&link_stmts,
	&click_stmts,
	&lead_judge_stmts,
	&lead_find_stmts,
	&lead_fill_stmts,
	&lead_merge_stmts,
	&lead_merged_stmts,
	&lead_seen_stmts,
	&lead_visit_stmts,
	&lead_stmts,
	&report_stmts,
	&measure_stmts,
	&zones_stmts,
	&sums_stmts,
	&count_stmts,
	&seal_stmts,
	&report_counts_stmts,
	&people_report_stmts,
	&emv_stmts,
	&value_stmts,
	&kudos_stmts,
	&kudos_list_stmts,
	&kudos_talk_stmts,
	&kudos_moderation_stmts,
	&kudos_boost_stmts,
	&kudos_give_stmts,
	&points_stmts,
	&points_verify_stmts,
	&points_rules_stmts,
	&points_sums_stmts,
	&points_facts_stmts,
	&points_follow_stmts,
	&points_claimed_stmts,
	&points_clicked_stmts,
	&points_action_stmts,
	&points_replay_stmts,
	&notice_stmts,
	&lead_birth_stmts,
	&privacy_stmts,
	&consent_stmts,
	&reward_stmts,
	&board_stmts,
	&board_definition_stmts,
	&board_note_stmts,
	&follow_stmts,
	&follow_feed_stmts,
	&profile_stmts,
	&expertise_stmts,
	&exchange_stmts,
	&mentoring_offer_stmts,
	&mentoring_stmts,
	&mentoring_item_stmts,
	&share_review_stmts,
	&badge_stmts,
	&badge_due_stmts,
	&holiday_stmts,
	&contest_stmts,
	&crm_stmts,
	&scim_stmts,
	&jobs_stmts,
	&outbox_stmts,
};
/* clang-format on */

_Static_assert(sizeof(all_routes) / sizeof(all_routes[0]) <= APP_FEATURES_MAX,
               "room for every feature");
_Static_assert(sizeof(all_stmts) / sizeof(all_stmts[0]) <= APP_FEATURES_MAX,
               "room for every feature");

void
app_tables_init(void)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(all_routes) / sizeof(all_routes[0]); i++) {
		if (all_routes[i]->n > 0)
			app_routes[n++] = *all_routes[i];
	}
	for (size_t i = 0; i < sizeof(all_stmts) / sizeof(all_stmts[0]); i++) {
		if (all_stmts[i]->n > 0)
			app_stmts[app_n_stmts++] = *all_stmts[i];
	}
}
