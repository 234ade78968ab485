/* SPDX-License-Identifier: Apache-2.0 */
/* kudos_list_sql.c - statements of lists of kudos: which ones, and what is the same for everybody.
 */
#include "rostra/caller.h"
#include "rostra/sync.h"

#include "kudos_view.h"

/* clang-format off */
struct cards {
	struct uuid company_id;
	const char *ids;
};
static const struct db_col cards_in[] = {
	DB_COL_UUID(struct cards, company_id), DB_COL_STR(struct cards, ids), DB_COL_UUID(struct cards, company_id),
};
static const struct db_col cards_out[] = {
	DB_COL_I64(struct kudos_listed, seq), KUDOS_CARD_COLS(struct kudos_listed, kudos.),
};

#define PAGE_HEAD DB_COL_UUID(struct kudos_page, company_id), DB_COL_UUID(struct kudos_page, viewer)
#define PAGE_TAIL                                                                               \
	DB_COL_UUID(struct kudos_page, giver),  DB_COL_UUID(struct kudos_page, giver),              \
	DB_COL_UUID(struct kudos_page, value),  DB_COL_UUID(struct kudos_page, value),              \
	DB_COL_UUID(struct kudos_page, post),   DB_COL_UUID(struct kudos_page, post),               \
	DB_COL_UUID(struct kudos_page, viewer), DB_COL_UUID(struct kudos_page, viewer),             \
	DB_COL_UUID(struct kudos_page, viewer), DB_COL_UUID(struct kudos_page, viewer),             \
	DB_COL_I64(struct kudos_page, limit)
static const struct db_col page_in[] = {
	PAGE_HEAD, DB_COL_UUID(struct kudos_page, company_id), DB_COL_UUID(struct kudos_page, before), PAGE_TAIL,
};
static const struct db_col got_in[] = {
	PAGE_HEAD, DB_COL_UUID(struct kudos_page, company_id), DB_COL_UUID(struct kudos_page, recipient),
	DB_COL_UUID(struct kudos_page, before), PAGE_TAIL,
};
static const struct db_col page_out[] = {
	DB_COL_I64(struct kudos_listed, seq),          DB_COL_UUID(struct kudos_listed, item.id),
	DB_COL_I64(struct kudos_listed, item.version),
	DB_COL_ENUM(struct kudos_listed, item.my_reaction, kudos_reaction_names),
};

#define ITEMS "SELECT " SYNC_NEWEST_SQL ", k.id, k.version, " KUDOS_MY_REACTION " FROM "
#define FILTERS                                                                                 \
	" AND (? IS NULL OR k.giver_id = ?) AND (? IS NULL OR k.value_id = ?) AND (? IS NULL OR k.post_id = ?)"
/* Four times the reader. */
#define SEEN " AND" KUDOS_SEEN_SQL("?")
#define NEWEST " ORDER BY k.id DESC LIMIT ?"

enum { Q_PAGE, Q_PAGE_GIVER, Q_PAGE_GOT, Q_CARDS, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_PAGE] = {
		.name = "kudos_page",
		.sql = ITEMS "kudos k FORCE INDEX (PRIMARY) WHERE k.company_id = ? AND k.id < ?" FILTERS SEEN NEWEST,
		DB_IN(page_in), DB_OUT(page_out),
	},
	[Q_PAGE_GIVER] = {
		.name = "kudos_page_giver",
		.sql = ITEMS "kudos k FORCE INDEX (kudos_giver)"
		       " WHERE k.company_id = ? AND k.giver_id = ? AND k.id < ?" FILTERS SEEN NEWEST,
		DB_IN(got_in), DB_OUT(page_out),
	},
	[Q_PAGE_GOT] = {
		.name = "kudos_page_got",
		.sql = ITEMS "kudos_person r FORCE INDEX (kudos_person_person)"
		       " STRAIGHT_JOIN kudos k ON k.company_id = r.company_id AND k.id = r.kudos_id"
		       " WHERE r.company_id = ? AND r.role = 'recipient' AND r.person_id = ? AND r.kudos_id < ?" FILTERS SEEN
		       " ORDER BY r.kudos_id DESC LIMIT ?",
		DB_IN(got_in), DB_OUT(page_out),
	},
	[Q_CARDS] = {
		.name = "kudos_cards",
		.sql = "SELECT " SYNC_NEWEST_SQL ", " KUDOS_CARD_COLUMNS
		       " FROM JSON_TABLE(?, '$[*]' COLUMNS (id CHAR(36) PATH '$')) j"
		       " STRAIGHT_JOIN kudos k ON k.company_id = ? AND k.id = CAST(j.id AS UUID)" KUDOS_VIEW_JOINS,
		DB_IN(cards_in), DB_OUT(cards_out),
	},
};
/* clang-format on */

const struct db_stmt_table kudos_list_stmts = DB_STMTS("kudos_list", stmts);

enum fault
kudos_sql_page(struct rq *rq, const struct kudos_page *p, db_row_fn *fn, void *arg)
{
	struct kudos_listed row = { .seq = 0 };
	struct kudos_page in = *p;

	if (!uuid_is_zero(p->recipient))
		return db_each(rq, &stmts[Q_PAGE_GOT], p, &row, fn, arg);
	if (uuid_is_zero(p->giver))
		return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
	in.recipient = p->giver; /* the person whose index is read */
	return db_each(rq, &stmts[Q_PAGE_GIVER], &in, &row, fn, arg);
}

enum fault
kudos_sql_cards(struct rq *rq, const char *ids_json, db_row_fn *fn, void *arg)
{
	const struct cards in = { rq_company(rq), ids_json };
	struct kudos_listed row = { .seq = 0 };

	return db_each(rq, &stmts[Q_CARDS], &in, &row, fn, arg);
}
