/* SPDX-License-Identifier: Apache-2.0 */
/* seal_rows.c - the rows that a sealed run keeps, as they were then. */
#include <string.h>

#include "seal_int.h"

enum {
	CLICK_HEAD = 8
}; /* of a click's id, in the first number of a cursor; the rest in the second */

struct sealed_row_view {
	struct uuid conversion_id, lead_id;
	const char *click_id, *digest;
	int64_t conversions;
	const struct money *value;
};

/* clang-format off */
static const struct j_field sealed_row_fields[] = {
	J_ID(struct sealed_row_view, conversion_id, J_REQUIRED), J_ID(struct sealed_row_view, lead_id, J_REQUIRED),
	J_TEXT(struct sealed_row_view, click_id, J_NULLABLE, CLICK_ID_TEXT, CLICK_ID_TEXT, .help = "null: nobody is credited"),
	J_DECIMAL(struct sealed_row_view, conversions, J_REQUIRED), J_SUB(struct sealed_row_view, value, J_REQUIRED, &report_money_schema),
	J_TEXT(struct sealed_row_view, digest, J_REQUIRED, 2 * SEAL_DIGEST, 2 * SEAL_DIGEST,
		.help = "First half of the SHA-256 of the row's line of CSV"),
};
const struct j_schema sealed_row_schema = J_SCHEMA("report_run_row", struct sealed_row_view, sealed_row_fields);
/* clang-format on */

const char *
sealed_click_text(struct rq *rq, const unsigned char id[CLICK_ID_SIZE])
{
	static const unsigned char nobody[CLICK_ID_SIZE] = { 0 };
	char *text;

	if (memcmp(id, nobody, sizeof(nobody)) == 0)
		return NULL;
	text = arena_alloc(rq->arena, CLICK_ID_TEXT + 1, 1);
	click_id_format(id, text);
	return text;
}

static struct page_key
key_of(const struct run_row *r)
{
	struct page_key key = { .id = r->conversion_id };

	memcpy(&key.k[0], r->click_id, CLICK_HEAD);
	memcpy(&key.k[1], r->click_id + CLICK_HEAD, CLICK_ID_SIZE - CLICK_HEAD);
	return key;
}

struct row_list {
	struct call *call;
	const char *currency;
};

static enum fault
put_row(struct rq *rq, void *row, void *arg)
{
	const struct run_row *r = row;
	const struct row_list *list = arg;
	const struct money value = { r->amount_minor, list->currency };
	char digest[2 * SEAL_DIGEST + 1];
	const struct sealed_row_view v = {
		.conversion_id = r->conversion_id,
		.lead_id = r->lead_id,
		.click_id = sealed_click_text(rq, r->click_id),
		.digest = digest,
		.conversions = r->millionths,
		.value = &value,
	};

	hex_encode(r->digest, sizeof(r->digest), digest);
	page_add(rq, list->call, &v, key_of(r));
	return FAULT_NONE;
}

enum fault
run_rows_get(struct rq *rq, struct call *call, void *reply)
{
	struct row_page page = { .company_id = rq_company(rq),
		                 .run_id = call->id[1],
		                 .conversion_id = { { 1 } }, /* before any there is */
		                 .limit = call->limit + 1 };
	struct row_list list = { .call = call };
	struct run run;
	enum fault e = run_sql_get(rq, call->id[0], call->id[1], &run);

	(void)reply;
	list.currency = run.currency;
	if (call->after) {
		page.conversion_id = call->key.id;
		memcpy(page.click_id, &call->key.k[0], CLICK_HEAD);
		memcpy(page.click_id + CLICK_HEAD, &call->key.k[1], CLICK_ID_SIZE - CLICK_HEAD);
	}
	return e ? e : run_sql_row_page(rq, &page, put_row, &list);
}
