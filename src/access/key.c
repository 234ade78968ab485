/* SPDX-License-Identifier: Apache-2.0 */
/* key.c - keys of servers ("rsk_…") and of public forms ("rpk_…"): made, checked, revoked. */
#include <string.h>

#include "rostra/audit.h"

#include "access_int.h"

enum { KEY_RANDOM_BYTES = 32 };

const char *const key_kind_names[KEY_KIND__MAX + 1] = {
	[KEY_SECRET] = "secret",
	[KEY_SITE] = "site",
};

/* The scopes there are; a key names some of them. */
static const char *const key_scope_names[] = {
	"leads:write",   "leads:read", "conversions:write", "reports:read", "scim",
	"actions:write", NULL,
};

static bool
is_scope(struct str word)
{
	for (size_t i = 0; key_scope_names[i] != NULL; i++) {
		if (str_is(word, key_scope_names[i]))
			return true;
	}
	return false;
}

/* Are all words of the list scopes / exact origins?  NULL or what is wrong. */
static const char *
key_scopes_check(struct str scopes)
{
	struct str word;

	if (scopes.n == 0 || scopes.n >= KEY_SCOPES_MAX)
		return "must name scopes, separated by spaces";
	while (str_split(&scopes, ' ', &word)) {
		if (!is_scope(word))
			return "must be of: leads:write leads:read conversions:write reports:read "
			       "scim actions:write";
	}
	return NULL;
}

/* scheme://host[:port], as a browser sends it (RFC 6454 7). */
static bool
is_origin(struct str word)
{
	size_t slashes = 0;

	if (!str_starts(word, STR("https://")) && !str_starts(word, STR("http://")))
		return false;
	for (size_t i = 0; i < word.n; i++) {
		if (word.s[i] <= ' ' || word.s[i] >= 0x7f || strchr("?#@*\\\"", word.s[i]) != NULL)
			return false;
		slashes += word.s[i] == '/';
	}
	return slashes == 2 && word.s[word.n - 1] != '/';
}

static const char *
key_origins_check(struct str origins)
{
	struct str word;

	if (origins.n == 0 || origins.n >= KEY_ORIGINS_MAX)
		return "must name origins, separated by spaces";
	while (str_split(&origins, ' ', &word)) {
		if (!is_origin(word))
			return "must be origins such as https://www.example.com";
	}
	return NULL;
}

static enum fault
check(struct rq *rq, const struct key_new *in)
{
	const char *wrong = in->site ? key_origins_check(str_of(in->origins))
	                             : key_scopes_check(str_of(in->scopes));

	if (wrong != NULL)
		(void)problem_add(&rq->problem, in->site ? "#/origins" : "#/scopes", wrong);
	if (in->expires_us != TIME_NONE && in->expires_us <= rq->now_us)
		(void)problem_add(&rq->problem, "#/expires_at", "must lie ahead");
	return rq->problem.code;
}

static enum fault
tell(struct rq *rq, struct uuid key, const char *action, const char *name)
{
	const struct audit_change changes[] = { { "name", NULL, name } };
	const struct audit_deed deed = { .action = action,
		                         .kind = AUDIT_KEY,
		                         .object = key,
		                         .changes = changes,
		                         .n = name != NULL };

	return audit_put(rq, &deed);
}

static enum fault
create_tx(struct rq *rq, void *arg)
{
	const struct key_row *row = arg;
	bool duplicate;
	enum fault e = key_sql_insert(rq, row, &duplicate);

	if (!e && duplicate)
		return rq_fail(rq, FAULT_ID_CONFLICT, "The id belongs to another key.");
	return e ? e : tell(rq, row->id, "key.added", row->name);
}

/* Random, and what is kept of it. */
static void
make_secret(struct rq *rq, struct key_row *row, char ret_key[64])
{
	unsigned char random[KEY_RANDOM_BYTES];
	struct sha256 digest;

	memcpy(ret_key, row->kind == KEY_SITE ? "rpk_" : "rsk_", 4);
	random_bytes(random, sizeof(random));
	base64url_encode(random, sizeof(random), ret_key + 4);
	secret_wipe(random, sizeof(random));
	digest = sha256_of(ret_key, strlen(ret_key));
	memcpy(row->key_sha256, digest.b, sizeof(row->key_sha256));
	row->prefix = arena_copy(rq->arena, ret_key, KEY_PREFIX_SHOWN);
}

enum fault
key_create(struct rq *rq, const struct key_new *in, struct uuid *ret_id, char ret_key[64])
{
	struct key_row row = {
		.company_id = rq_company(rq),
		.id = uuid_is_zero(in->id) ? uuid_v7(rq->now_us) : in->id,
		.kind = in->site ? KEY_SITE : KEY_SECRET,
		.name = in->name,
		.scopes = in->site || in->scopes == NULL ? "" : in->scopes,
		.origins = in->site && in->origins != NULL ? in->origins : "",
		.created_at = rq->now_us,
		.expires_at = in->expires_us,
	};
	enum fault e = check(rq, in);

	if (e)
		return e;
	make_secret(rq, &row, ret_key);
	*ret_id = row.id;
	return db_tx(rq, create_tx, &row);
}

static enum fault
revoke_tx(struct rq *rq, void *arg)
{
	const struct uuid *id = arg;
	struct key_row row = { 0 };
	uint64_t n;
	bool found;
	enum fault e = key_sql_get(rq, *id, &row, &found);

	if (!e)
		e = key_sql_revoke(rq, *id, &n);
	if (!e && n == 0)
		return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
	if (e || row.revoked_at != TIME_NONE)
		return e;
	return tell(rq, *id, "key.revoked", NULL);
}

enum fault
key_revoke(struct rq *rq, struct uuid id)
{
	return db_tx(rq, revoke_tx, &id);
}

struct rotating {
	struct uuid id;
	int64_t until;
	char *ret_key;
};

static enum fault
rotate_tx(struct rq *rq, void *arg)
{
	const struct rotating *r = arg;
	struct key_row row = { 0 };
	bool found;
	enum fault e = key_sql_get(rq, r->id, &row, &found);

	if (!e && !found)
		return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
	if (!e && row.revoked_at != TIME_NONE)
		return rq_fail(rq, FAULT_CONFLICT, "The key is revoked: make another one.");
	if (e)
		return e;
	row.former_until = r->until;
	make_secret(rq, &row, r->ret_key);
	e = key_sql_rotate(rq, &row);
	return e ? e : tell(rq, r->id, "key.rotated", row.name);
}

enum fault
key_rotate(struct rq *rq, struct uuid id, int64_t overlap_s, char ret_key[64])
{
	struct rotating r = { id, rq->now_us + overlap_s * US_PER_S, ret_key };

	return db_tx(rq, rotate_tx, &r);
}

struct each {
	db_row_fn *fn;
	void *arg;
};

static struct key_view
key_view_of(const struct key_row *row)
{
	return (struct key_view){
		.id = row->id,
		.site = row->kind == KEY_SITE,
		.name = row->name,
		.prefix = row->prefix,
		.scopes = row->scopes,
		.origins = row->origins,
		.created_at = row->created_at,
		.expires_at = row->expires_at,
		.revoked_at = row->revoked_at,
		.last_used_at = row->last_used_at,
	};
}

static enum fault
pass_on(struct rq *rq, void *row, void *arg)
{
	struct each *each = arg;
	struct key_view view = key_view_of(row);

	return each->fn(rq, &view, each->arg);
}

enum fault
key_each(struct rq *rq, db_row_fn *fn, void *arg)
{
	struct key_page page = {
		.company_id = rq_company(rq),
		.after_id = { { 1 } }, /* below every id of ours; zero would be NULL */
		.limit = INT32_MAX,
	};
	struct each each = { fn, arg };

	return key_sql_page(rq, &page, pass_on, &each);
}
