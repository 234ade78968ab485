/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user.c - users of the directory: which attribute is which field, and how an account follows.
 * DELETE ends the account and frees nothing: shares go on counting, and whoever comes again by the
 * same userName is the same person.
 */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "rostra/caller.h"
#include "rostra/clock.h"
#include "rostra/people.h"
#include "rostra/text.h"

#include "scim_int.h"

struct attribute {
	const char *path;
	size_t off; /* of a const char * in struct scim_user */
	size_t max; /* characters */
};

#define FIELD(m) offsetof(struct scim_user, m)
/* clang-format off */
static const struct attribute attributes[] = {
	{ "username",            FIELD(user_name),       SCIM_NAME_MAX },
	{ "externalid",          FIELD(external_id),     SCIM_NAME_MAX },
	{ "displayname",         FIELD(display_name),    SCIM_TEXT_MAX },
	{ "name.formatted",      FIELD(formatted),       SCIM_TEXT_MAX },
	{ "name.givenname",      FIELD(given_name),      80 },
	{ "name.familyname",     FIELD(family_name),     80 },
	{ "emails.value",        FIELD(email),           254 },
	{ "title",               FIELD(title),           SCIM_TEXT_MAX },
	{ "ent.department",      FIELD(department),      SCIM_TEXT_MAX },
	{ "ent.employeenumber",  FIELD(employee_number), 64 },
	{ "ent.manager.value",   FIELD(manager),         64 },
	{ "addresses.locality",  FIELD(location),        SCIM_TEXT_MAX },
	{ "preferredlanguage",   FIELD(language),        16 },
	{ "locale",              FIELD(language),        16 },
	{ "timezone",            FIELD(time_zone),       64 },
};
/* What a filter may name beside them. */
static const struct attribute read_only[] = {
	{ "id",                FIELD(id_text),      0 },
	{ "active",            FIELD(active_text),  0 },
	{ "meta.created",      FIELD(created_text), 0 },
	{ "meta.lastmodified", FIELD(updated_text), 0 },
	{ "emails",            FIELD(email),        0 },
	{ "ent.manager",       FIELD(manager),      0 },
	{ "manager",           FIELD(manager),      0 }, /* so Entra asks whether a manager is set */
};
/* clang-format on */
enum {
	N_ATTRIBUTES = sizeof(attributes) / sizeof(attributes[0]),
	N_READ_ONLY = sizeof(read_only) / sizeof(read_only[0]),
};

static const struct attribute *
find(const struct attribute *rows, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++) {
		if (cstr_eq(rows[i].path, path))
			return &rows[i];
	}
	return NULL;
}

static const char *
value_at(const struct scim_user *u, const struct attribute *a)
{
	const char *value;

	memcpy(&value, (const char *)u + a->off, sizeof(value));
	return value;
}

static void
set_at(struct scim_user *u, const struct attribute *a, const char *value)
{
	memcpy((char *)u + a->off, &value, sizeof(value));
}

/* There is one address, the one for work. */
static const char *
constant_of(const char *path)
{
	if (cstr_eq(path, "emails.type"))
		return "work";
	return cstr_eq(path, "emails.primary") ? "true" : NULL;
}

bool
scim_user_known_path(const char *path)
{
	return find(attributes, N_ATTRIBUTES, path) != NULL ||
	       find(read_only, N_READ_ONLY, path) != NULL || constant_of(path) != NULL;
}

bool
scim_user_get(const void *user, const char *path, struct str *out)
{
	const struct scim_user *u = user;
	const struct attribute *a = find(attributes, N_ATTRIBUTES, path);
	const char *value = constant_of(path);

	if (a == NULL)
		a = find(read_only, N_READ_ONLY, path);
	if (a != NULL)
		value = value_at(u, a);
	else if (u->email == NULL)
		value = NULL;
	*out = str_of(value);
	return value != NULL;
}

static enum fault
set_active(struct rq *rq, const struct scim_value *v, struct scim_user *u)
{
	if (!scim_truth(v, &u->active))
		return scim_fail(rq, "invalidValue", "active must be true or false.");
	return FAULT_NONE;
}

/* Entra sends a manager as an object or as its id alone. */
static const struct attribute *
attribute_of(const char *path)
{
	return find(attributes, N_ATTRIBUTES,
	            cstr_eq(path, "ent.manager") ? "ent.manager.value" : path);
}

enum fault
scim_user_set(struct rq *rq, const char *path, const struct scim_value *v, void *arg)
{
	struct scim_user *u = arg;
	const struct attribute *a = attribute_of(path);
	struct str text = v->text;

	if (cstr_eq(path, "active"))
		return set_active(rq, v, u);
	if (a == NULL)
		return FAULT_NONE;
	if (v->kind == SCIM_NULL)
		return scim_user_unset(rq, path, u);
	if (v->kind != SCIM_STRING)
		return scim_fail(rq, "invalidValue", "%s must be a string.", path);
	text = str_trim(text);
	if (text_code_points(text) > a->max)
		return scim_fail(rq, "invalidValue", "%s is longer than %zu characters.", path,
		                 a->max);
	if (text.n == 0)
		return scim_user_unset(rq, path, u);
	set_at(u, a, arena_copy(rq->arena, text.s, text.n));
	return FAULT_NONE;
}

enum fault
scim_user_unset(struct rq *rq, const char *path, struct scim_user *u)
{
	const struct attribute *a = attribute_of(path);
	const struct str below = str_of(arena_printf(rq->arena, "%s.", path));

	if (cstr_eq(path, "username") || cstr_eq(path, "active"))
		return scim_fail(rq, "invalidValue", "%s cannot be without a value.", path);
	if (a != NULL) {
		set_at(u, a, NULL);
		return FAULT_NONE;
	}
	/* All below it: "name", "emails", "ent". */
	for (size_t i = 0; i < N_ATTRIBUTES; i++) {
		if (str_starts(str_of(attributes[i].path), below))
			set_at(u, &attributes[i], NULL);
	}
	return FAULT_NONE;
}

static const char *
time_text(struct rq *rq, int64_t us)
{
	char text[RFC3339_SIZE];

	(void)time_format(us, text);
	return arena_strdup(rq->arena, text);
}

void
scim_user_finish(struct rq *rq, struct scim_user *u)
{
	char id[UUID_TEXT_SIZE];

	uuid_format(u->id, id);
	u->id_text = arena_strdup(rq->arena, id);
	u->active_text = u->active ? "true" : "false";
	u->created_text = time_text(rq, u->created_at);
	u->updated_text = time_text(rq, u->updated_at);
	u->version_text = arena_printf(rq->arena, "W/\"%lld\"", (long long)u->version);
}

/* --- the account behind it --- */

static bool
is_address(const char *text)
{
	const char *at = text == NULL ? NULL : strrchr(text, '@');

	if (at == NULL || at == text || at[1] == '\0')
		return false;
	for (const char *c = text; *c != '\0'; c++) {
		if (*c <= ' ' || *c >= 0x7f)
			return false;
	}
	return true;
}

static const char *
shown_name(struct rq *rq, const struct scim_user *u)
{
	if (u->display_name != NULL)
		return u->display_name;
	if (u->formatted != NULL)
		return u->formatted;
	if (u->given_name != NULL && u->family_name != NULL)
		return arena_printf(rq->arena, "%s %s", u->given_name, u->family_name);
	if (u->given_name != NULL || u->family_name != NULL)
		return u->given_name != NULL ? u->given_name : u->family_name;
	return u->user_name;
}

static enum fault
person_of(struct rq *rq, const struct scim_user *u, struct person_new *out)
{
	const char *email = u->email != NULL ? u->email : u->user_name;

	if (u->user_name == NULL)
		return scim_fail(rq, "invalidValue", "userName is needed.");
	if (u->email != NULL && !is_address(u->email))
		return scim_fail(rq, "invalidValue", "emails.value is no e-mail address.");
	*out = (struct person_new){
		.email = is_address(email) ? str_lower(rq->arena, str_of(email)) : NULL,
		.display_name = shown_name(rq, u),
		.given_name = u->given_name,
		.family_name = u->family_name,
		.language = u->language != NULL ? lang_tag_of(rq->arena, u->language) : NULL,
		.time_zone = u->time_zone != NULL && zone_known(u->time_zone) ? u->time_zone : NULL,
		.job_title = u->title,
		.department = u->department,
		.location = u->location,
		.role = ROLE_MEMBER,
	};
	return FAULT_NONE;
}

static enum fault
keep_facts(struct rq *rq, const struct scim_user *u)
{
	enum fault e = person_set_fact(rq, u->id, PERSON_DEPARTMENT, u->department);

	if (!e)
		e = person_set_fact(rq, u->id, PERSON_LOCATION, u->location);
	return e ? e : person_set_fact(rq, u->id, PERSON_MANAGER, u->manager);
}

/* What the account is to be, whoever it was. */
static enum fault
apply(struct rq *rq, struct scim_user *u)
{
	struct person_new person;
	enum fault e = person_of(rq, u, &person);

	if (!e)
		e = person_set_profile(rq, u->id, &person);
	if (!e)
		e = scim_sql_user_put(rq, u);
	if (e == FAULT_CONFLICT && !rq->problem.code)
		return rq_fail(rq, FAULT_CONFLICT, "Another user has this userName.");
	if (!e)
		e = keep_facts(rq, u);
	if (!e)
		e = u->active ? person_activate(rq, u->id) : person_deactivate(rq, u->id);
	return e ? e : scim_sql_user(rq, u->id, u);
}

static enum fault
create_tx(struct rq *rq, void *arg)
{
	struct scim_user *u = arg;
	struct person_new person;
	enum fault e = person_of(rq, u, &person);

	if (e)
		return e;
	e = scim_sql_gone(rq, u->user_name, &u->id);
	if (e == FAULT_NOT_FOUND)
		e = person_create(rq, &person, &u->id);
	return e ? e : apply(rq, u);
}

enum fault
scim_user_create(struct rq *rq, struct scim_user *u)
{
	return db_tx(rq, create_tx, u);
}

enum fault
scim_user_update(struct rq *rq, struct scim_user *u)
{
	return apply(rq, u);
}

enum fault
scim_user_delete(struct rq *rq, const struct scim_user *u)
{
	enum fault e = FAULT_NONE;

	if (!u->known) /* to be remembered as gone, it must be known by its name */
		e = scim_sql_user_put(rq, u);
	if (!e)
		e = person_deactivate(rq, u->id);
	return e ? e : scim_sql_user_deleted(rq, u->id);
}
