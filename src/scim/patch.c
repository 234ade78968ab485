/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patch.c - PATCH (RFC 7644 3.5.2) as Okta and Entra write it: operations in any case, values
 * without a path, dotted and URN keys, members by filter or by value.  Nothing is written until
 * all operations were understood.
 */
#include <string.h>

#include "rostra/text.h"

#include "scim_int.h"

enum op { OP_ADD, OP_REPLACE, OP_REMOVE };

struct operation {
	enum op op;
	const char *path; /* NULL: none */
	struct str filter;
	const struct json_doc *doc; /* its member "value" */
	bool has_value;
};

typedef enum fault apply_fn(struct rq *rq, const struct operation *o, void *arg);

static enum fault
read_operation(struct rq *rq, const struct json_doc *doc, struct operation *out)
{
	struct str op, path;

	*out = (struct operation){ .doc = doc, .has_value = json_doc_has(doc, "value") };
	if (!json_doc_string(doc, "op", &op))
		return scim_fail(rq, "invalidSyntax", "An operation needs an op.");
	if (str_eq_nocase(op, STR("add")))
		out->op = OP_ADD;
	else if (str_eq_nocase(op, STR("replace")))
		out->op = OP_REPLACE;
	else if (str_eq_nocase(op, STR("remove")))
		out->op = OP_REMOVE;
	else
		return scim_fail(rq, "invalidSyntax", "op must be add, replace or remove.");
	if (json_doc_string(doc, "path", &path) && path.n > 0) {
		out->path = scim_path(rq->arena, path, &out->filter);
		if (out->path == NULL)
			return scim_fail(rq, "invalidPath", "A path is not one of RFC 7644.");
		if (out->filter.s != NULL && scim_filter_parse(rq, out->filter) == NULL) {
			problem_reset(&rq->problem);
			return scim_fail(rq, "invalidPath", "The filter of a path is none.");
		}
	} else if (json_doc_has(doc, "path") && !json_doc_null(doc, "path")) {
		return scim_fail(rq, "invalidPath", "A path must be a string.");
	}
	if (out->op == OP_REMOVE && out->path == NULL)
		return scim_fail(rq, "noTarget", "remove needs a path.");
	if (out->op != OP_REMOVE && !out->has_value)
		return scim_fail(rq, "invalidValue", "An operation needs a value.");
	return FAULT_NONE;
}

static enum fault
each_operation(struct rq *rq, const struct json_doc *body, apply_fn *fn, void *arg)
{
	enum fault e = FAULT_NONE;
	size_t n;

	if (!json_doc_list(body, "Operations", &n) || n == 0)
		return scim_fail(rq, "invalidSyntax", "Operations must be a list of operations.");
	if (n > SCIM_OPERATIONS_MAX)
		return scim_fail(rq, "tooMany", "At most %d operations.", SCIM_OPERATIONS_MAX);
	for (size_t i = 0; i < n && !e; i++) {
		struct json_doc *doc = json_doc_list_object(body, "Operations", i);
		struct operation o;

		if (doc == NULL)
			return scim_fail(rq, "invalidSyntax", "An operation must be an object.");
		e = read_operation(rq, doc, &o);
		if (!e)
			e = fn(rq, &o, arg);
		json_doc_free(&doc);
	}
	return e;
}

/* --- users --- */

/* There is one address, the one for work: what is said of others is let by. */
static bool
of_another(struct rq *rq, struct str filter)
{
	const struct scim_filter *f = filter.s != NULL ? scim_filter_parse(rq, filter) : NULL;
	struct str type;

	return f != NULL && scim_filter_wants(f, "type", &type) &&
	       !str_eq_nocase(type, STR("work"));
}

static enum fault
user_operation(struct rq *rq, const struct operation *o, void *arg)
{
	struct scim_user *u = arg;
	struct json_doc *value;
	enum fault e;

	if (o->path != NULL && cstr_eq(o->path, "id"))
		return scim_fail(rq, "mutability", "id does not change.");
	if (of_another(rq, o->filter))
		return FAULT_NONE;
	if (o->op == OP_REMOVE)
		return scim_user_unset(rq, o->path, u);
	if (o->path != NULL)
		return scim_flatten_member(rq, o->doc, "value", o->path, scim_user_set, u);
	value = json_doc_object(o->doc, "value");
	if (value == NULL)
		return scim_fail(rq, "invalidValue", "Without a path the value must be an object.");
	e = scim_flatten(rq, value, "", scim_user_set, u);
	json_doc_free(&value);
	return e;
}

enum fault
scim_patch_user(struct rq *rq, const struct json_doc *body, struct scim_user *u)
{
	return each_operation(rq, body, user_operation, u);
}

/* --- groups --- */

struct group_patch {
	struct scim_group *group;
	struct scim_members *members;
};

static enum fault
set_text(struct rq *rq, const struct json_doc *d, const char *member, const char **field)
{
	struct str text;

	if (json_doc_null(d, member)) {
		*field = NULL;
		return FAULT_NONE;
	}
	if (!json_doc_string(d, member, &text) || text_code_points(text) > SCIM_TEXT_MAX ||
	    memchr(text.s, '\0', text.n) != NULL)
		return scim_fail(rq, "invalidValue",
		                 "%s must be a string of at most %d characters.", member,
		                 SCIM_TEXT_MAX);
	text = str_trim(text);
	*field = arena_copy(rq->arena, text.s, text.n);
	return FAULT_NONE;
}

/* members[value eq "id"] */
static bool
filtered_id(struct rq *rq, struct str filter, struct uuid *out)
{
	const struct scim_filter *f = scim_filter_parse(rq, filter);
	struct str value;

	return f != NULL && scim_filter_wants(f, "value", &value) && uuid_parse(value, out);
}

/* Asked for now: later operations of the same request overrule earlier ones. */
static void
forget(struct uuid *list, size_t *n, struct uuid id)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++) {
		if (!uuid_eq(list[i], id))
			list[kept++] = list[i];
	}
	*n = kept;
}

static enum fault
change_members(struct rq *rq, const struct operation *o, const struct json_doc *d,
               const char *member, struct scim_members *m)
{
	struct uuid *ids = NULL, one;
	size_t n = 0;
	enum fault e = FAULT_NONE;

	if (o->op == OP_REMOVE && o->filter.s != NULL) {
		if (!filtered_id(rq, o->filter, &one)) {
			problem_reset(&rq->problem);
			return scim_fail(rq, "invalidPath", "Members are told by value eq \"id\".");
		}
		ids = &one;
		n = 1;
	} else if (o->op != OP_REMOVE || o->has_value) {
		/* Entra names whom to remove in the value: the others stay. */
		e = scim_members_read(rq, d, member, &ids, &n);
	} else { /* all of them */
		m->replace = true;
		m->n_add = 0;
		return FAULT_NONE;
	}
	if (e)
		return e;
	if (o->op == OP_REPLACE) {
		m->replace = true;
		m->n_add = m->n_remove = 0;
	}
	for (size_t i = 0; i < n; i++) {
		if (o->op == OP_REMOVE)
			forget(m->add, &m->n_add, ids[i]);
		else
			forget(m->remove, &m->n_remove, ids[i]);
	}
	if (o->op == OP_REMOVE)
		scim_members_remove(rq, m, ids, n);
	else
		scim_members_add(rq, m, ids, n);
	return FAULT_NONE;
}

struct group_value {
	struct rq *rq;
	const struct operation *o;
	const struct json_doc *value;
	struct group_patch *p;
	enum fault fault;
};

/* A member of a value without a path: only what it names changes. */
static bool
group_member(const char *member, void *arg)
{
	struct group_value *g = arg;
	const struct str name = str_of(member);

	if (str_eq_nocase(name, STR("displayName")))
		g->fault = set_text(g->rq, g->value, member, &g->p->group->display_name);
	else if (str_eq_nocase(name, STR("externalId")))
		g->fault = set_text(g->rq, g->value, member, &g->p->group->external_id);
	else if (str_eq_nocase(name, STR("members")))
		g->fault = change_members(g->rq, g->o, g->value, member, g->p->members);
	return g->fault == FAULT_NONE;
}

static enum fault
group_operation(struct rq *rq, const struct operation *o, void *arg)
{
	struct group_patch *p = arg;
	struct group_value g = { rq, o, NULL, p, FAULT_NONE };
	struct json_doc *value;

	if (o->path != NULL && cstr_eq(o->path, "members"))
		return change_members(rq, o, o->doc, "value", p->members);
	if (o->path != NULL && cstr_eq(o->path, "displayname"))
		return o->op == OP_REMOVE ? scim_fail(rq, "mutability", "displayName stays.")
		                          : set_text(rq, o->doc, "value", &p->group->display_name);
	if (o->path != NULL && cstr_eq(o->path, "externalid")) {
		p->group->external_id = NULL;
		return o->op == OP_REMOVE ? FAULT_NONE
		                          : set_text(rq, o->doc, "value", &p->group->external_id);
	}
	if (o->path != NULL)
		return scim_fail(rq, "invalidPath", "A group has no %s.", o->path);
	value = json_doc_object(o->doc, "value");
	if (value == NULL)
		return scim_fail(rq, "invalidValue", "Without a path the value must be an object.");
	g.value = value;
	json_doc_names(value, group_member, &g);
	json_doc_free(&value);
	return g.fault;
}

enum fault
scim_patch_group(struct rq *rq, const struct json_doc *body, struct scim_group *g,
                 struct scim_members *m)
{
	struct group_patch p = { g, m };

	return each_operation(rq, body, group_operation, &p);
}
