/* SPDX-License-Identifier: Apache-2.0 */
/* claims.c - what a provider's claims mean here: a map that an admin edits as a draft, tries, and
 * puts in force. */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/text.h"

#include "identity_int.h"

enum { NAME_MAX_CHARS = 120, PART_MAX_CHARS = 80, PLACE_MAX_CHARS = 120 };

const char *const claims_stage_names[CLAIMS_STAGE__MAX + 1] = { "draft", "in_force", NULL };
const char *const join_by_names[JOIN_BY__MAX + 1] = { "email", "external_id", "user_name", NULL };

/* OpenID Connect Core 1.0 5.1. */
static const struct claim_map usual_claims = {
	.name = "name",
	.given_name = "given_name",
	.family_name = "family_name",
	.locale = "locale",
	.scopes = "openid email profile",
	.join_by = JOIN_BY_EMAIL,
};

/* --- reading -----------------------------------------------------------------------------------
 */

static bool
keepable(struct str text, size_t max)
{
	if (text.n == 0 || text_code_points(text) > max)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if ((unsigned char)text.s[i] < 0x20 || text.s[i] == 0x7f)
			return false;
	}
	return true;
}

static const char *
member_text(struct rq *rq, const struct json_doc *d, const char *name, size_t max)
{
	struct str text;

	if (!json_doc_string(d, name, &text) && !json_doc_list_string(d, name, 0, &text))
		return NULL;
	text = str_trim(text);
	return keepable(text, max) ? arena_copy(rq->arena, text.s, text.n) : NULL;
}

/* The claim of this name; else, of "address.locality", the member locality of the claim address.
 * NULL or d itself; *ret_name: what to ask it for.  The caller frees what is not d. */
static struct json_doc *
holder_of(struct rq *rq, const struct json_doc *d, const char *name, const char **ret_name)
{
	const char *dot = strrchr(name, '.');

	*ret_name = name;
	if (json_doc_has(d, name) || dot == NULL)
		return NULL;
	*ret_name = dot + 1;
	return json_doc_object(d, arena_copy(rq->arena, name, (size_t)(dot - name)));
}

const char *
claim_text(struct rq *rq, const struct json_doc *d, const char *name, size_t max)
{
	struct json_doc *inner;
	const char *member, *text;

	if (name == NULL)
		return NULL;
	inner = holder_of(rq, d, name, &member);
	text = member_text(rq, inner != NULL ? inner : d, member, max);
	json_doc_free(&inner);
	return text;
}

static const char *
full_name(struct rq *rq, const struct person_new *p)
{
	const char *both;

	if (p->given_name == NULL || p->family_name == NULL)
		return p->given_name != NULL ? p->given_name : p->family_name;
	both = arena_printf(rq->arena, "%s %s", p->given_name, p->family_name);
	return text_code_points(str_of(both)) <= NAME_MAX_CHARS ? both : p->given_name;
}

void
claims_read(struct rq *rq, const struct claim_map *map, const struct id_token *t,
            struct person_new *out)
{
	struct json_doc *d = json_doc_parse(t->payload, ID_TOKEN_DEPTH);
	const char *locale;

	*out = (struct person_new){ .email = t->email, .role = ROLE_MEMBER };
	if (d == NULL)
		return;
	out->display_name = claim_text(rq, d, map->name, NAME_MAX_CHARS);
	out->given_name = claim_text(rq, d, map->given_name, PART_MAX_CHARS);
	out->family_name = claim_text(rq, d, map->family_name, PART_MAX_CHARS);
	out->department = claim_text(rq, d, map->department, PLACE_MAX_CHARS);
	out->location = claim_text(rq, d, map->location, PLACE_MAX_CHARS);
	locale = claim_text(rq, d, map->locale, 16);
	out->language = locale != NULL ? lang_tag_of(rq->arena, locale) : NULL;
	if (out->display_name == NULL)
		out->display_name = full_name(rq, out);
	json_doc_free(&d);
}

/* OpenID Connect Core 1.0 5.6.2, as Entra does when somebody is in more groups than fit a token. */
static bool
said_elsewhere(const struct json_doc *d, const char *name)
{
	struct json_doc *names = json_doc_object(d, "_claim_names");
	bool truth = false;
	const bool there = names != NULL && json_doc_has(names, name);

	json_doc_free(&names);
	return there || (json_doc_bool(d, "hasgroups", &truth) && truth);
}

void
claims_read_groups(struct rq *rq, const struct claim_map *map, const struct json_doc *d,
                   struct said_groups *out)
{
	struct json_doc *inner;
	const struct json_doc *at;
	const char *member;
	struct str text;
	size_t n = 1;

	*out = (struct said_groups){ .known = map->groups != NULL };
	if (map->groups == NULL)
		return;
	inner = holder_of(rq, d, map->groups, &member);
	at = inner != NULL ? inner : d;
	if (!json_doc_has(at, member)) {
		out->known = !said_elsewhere(d, map->groups);
	} else if (json_doc_string(at, member, &text) || json_doc_list(at, member, &n)) {
		out->names = arena_array(rq->arena, n + 1, const char *);
		out->known = n <= GROUPS_MAX;
		for (size_t i = 0; out->known && i < n; i++) {
			if ((json_doc_string(at, member, &text) ||
			     json_doc_list_string(at, member, i, &text)) &&
			    keepable(text, GROUP_NAME_MAX))
				out->names[out->n++] = arena_copy(rq->arena, text.s, text.n);
		}
	}
	json_doc_free(&inner);
}

/* --- the map -----------------------------------------------------------------------------------
 */

enum fault
claim_map_get(struct rq *rq, const struct provider_row *p, enum claims_stage stage,
              struct claim_map *out)
{
	const struct claims_row key = { .company_id = p->v.company_id,
		                        .provider_id = p->v.id,
		                        .stage = (int)stage };
	struct claims_row row;
	bool found;
	enum fault e = claims_sql_get(rq, &key, &row, &found);

	if (e)
		return e;
	*out = found ? row.map : usual_claims;
	out->is_set = found;
	return FAULT_NONE;
}

/* "openid" first: without it there is no ID Token. */
static bool
scopes_good(const char *scopes)
{
	struct str rest = str_of(scopes), word;
	bool openid = false;

	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		if (word.n == 0)
			return false;
		openid = openid || str_is(word, "openid");
		for (size_t i = 0; i < word.n; i++) { /* RFC 6749 3.3 */
			const char c = word.s[i];

			if (c < 0x21 || c > 0x7e || c == '"' || c == '\\')
				return false;
		}
	}
	return openid;
}

static enum fault
check(struct rq *rq, const struct claim_map *m)
{
	enum fault e = FAULT_NONE;

	if (!scopes_good(m->scopes))
		e = problem_add(&rq->problem, "#/scopes",
		                "must be scopes with openid among them, one space between them");
	if ((m->join_by != JOIN_BY_EMAIL) != (m->join_claim != NULL))
		e = problem_add(&rq->problem, "#/join_claim",
		                m->join_claim == NULL ? "is required with this join_by"
		                                      : "has no use with join_by email");
	return e;
}

struct drafting {
	struct uuid provider;
	int64_t version; /* that the change is of */
	const struct claim_map *map;
	struct claims_pair *out;
};

static enum fault
read_pair(struct rq *rq, struct uuid provider, struct claims_pair *out)
{
	struct claims_row key = { .company_id = rq_company(rq), .provider_id = provider }, row;
	struct provider_row p;
	bool found;
	enum fault e = provider_sql_get(rq, key.company_id, provider, &p);

	*out = (struct claims_pair){ .draft = usual_claims, .in_force = usual_claims };
	for (int stage = 0; !e && stage < CLAIMS_STAGE__MAX; stage++) {
		key.stage = stage;
		e = claims_sql_get(rq, &key, &row, &found);
		if (e || !found)
			continue;
		*(stage == CLAIMS_DRAFT ? &out->draft : &out->in_force) = row.map;
		*(stage == CLAIMS_DRAFT ? &out->version : &out->version_in_force) = row.version;
	}
	return e;
}

enum fault
claims_get(struct rq *rq, struct uuid provider, struct claims_pair *out)
{
	return read_pair(rq, provider, out);
}

static enum fault
check_version(struct rq *rq, const struct drafting *d)
{
	if (d->version == d->out->version)
		return FAULT_NONE;
	return rq_fail(rq, FAULT_VERSION_CONFLICT, "The version is %lld now.",
	               (long long)d->out->version);
}

static struct claims_row
row_of(struct rq *rq, const struct drafting *d, enum claims_stage stage, int64_t version)
{
	return (struct claims_row){ .company_id = rq_company(rq),
		                    .provider_id = d->provider,
		                    .stage = (int)stage,
		                    .map = stage == CLAIMS_DRAFT ? *d->map : d->out->draft,
		                    .version = version,
		                    .updated_at = rq->now_us };
}

static enum fault
draft_tx(struct rq *rq, void *arg)
{
	const struct drafting *d = arg;
	struct claims_row row;
	enum fault e = read_pair(rq, d->provider, d->out);

	if (!e)
		e = check_version(rq, d);
	if (e)
		return e;
	row = row_of(rq, d, CLAIMS_DRAFT, d->version + 1);
	e = claims_sql_put(rq, &row);
	return e ? e : read_pair(rq, d->provider, d->out);
}

enum fault
claims_draft(struct rq *rq, struct uuid provider, int64_t version, const struct claim_map *map,
             struct claims_pair *out)
{
	struct drafting d = { provider, version, map, out };
	enum fault e = check(rq, map);

	return e ? e : db_tx(rq, draft_tx, &d);
}

/* What differs, for the record. */
static enum fault
tell(struct rq *rq, const struct drafting *d, const struct claim_map *was)
{
	const struct claim_map *is = &d->out->draft;
	const struct audit_change all[] = {
		{ "name", was->name, is->name },
		{ "given_name", was->given_name, is->given_name },
		{ "family_name", was->family_name, is->family_name },
		{ "department", was->department, is->department },
		{ "location", was->location, is->location },
		{ "locale", was->locale, is->locale },
		{ "groups", was->groups, is->groups },
		{ "scopes", was->scopes, is->scopes },
		{ "join_by", join_by_names[was->join_by], join_by_names[is->join_by] },
		{ "join_claim", was->join_claim, is->join_claim },
	};
	struct audit_change changes[sizeof(all) / sizeof(all[0])];
	struct audit_deed deed = { .action = "identity_provider.claims_in_force",
		                   .kind = AUDIT_PROVIDER,
		                   .object = d->provider,
		                   .changes = changes };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!cstr_eq(all[i].before, all[i].after))
			changes[deed.n++] = all[i];
	}
	return audit_put(rq, &deed);
}

static enum fault
use_tx(struct rq *rq, void *arg)
{
	const struct drafting *d = arg;
	struct claims_row row;
	struct claim_map was;
	enum fault e = read_pair(rq, d->provider, d->out);

	if (!e)
		e = check_version(rq, d);
	if (e)
		return e;
	was = d->out->in_force;
	row = row_of(rq, d, CLAIMS_IN_FORCE, d->version);
	e = claims_sql_put(rq, &row);
	if (!e)
		e = tell(rq, d, &was);
	return e ? e : read_pair(rq, d->provider, d->out);
}

enum fault
claims_use(struct rq *rq, struct uuid provider, int64_t version, struct claims_pair *out)
{
	struct drafting d = { provider, version, NULL, out };

	return db_tx(rq, use_tx, &d);
}
