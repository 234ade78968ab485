/* SPDX-License-Identifier: Apache-2.0 */
/* scim_int.h - between the files of scim. */
#ifndef ROSTRA_SCIM_INT_H
#define ROSTRA_SCIM_INT_H

#include "rostra/scim.h"

#define SCIM_USER_URN "urn:ietf:params:scim:schemas:core:2.0:User"
#define SCIM_GROUP_URN "urn:ietf:params:scim:schemas:core:2.0:Group"
#define SCIM_ENTERPRISE_URN "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define SCIM_TYPE "application/scim+json"

enum {
	SCIM_BODY_MAX = 256 * 1024,
	SCIM_DEPTH_MAX = 8,
	SCIM_TEXT_MAX = 120,
	SCIM_NAME_MAX = 254,
	SCIM_COUNT_MAX = 200,      /* resources a page */
	SCIM_OPERATIONS_MAX = 100, /* of a PATCH */
	SCIM_MEMBERS_MAX = 5000,   /* of a group in one request */
	SCIM_FILTER_MAX = 1000,    /* bytes */
	SCIM_FILTER_DEPTH_MAX = 10,
};

/* A refusal with its word of RFC 7644 table 9; 400. */
enum fault scim_fail(struct rq *rq, const char *type, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* --- paths --- */
/*
 * The path of an attribute as tables here have it: lower case, the core URN away, the enterprise
 * URN "ent", a filter in brackets away: "emails[type eq \"work\"].value" is "emails.value",
 * "urn:…:enterprise:2.0:User:department" is "ent.department".  The filter, if any, in *ret_filter.
 * NULL: not a path.
 */
const char *scim_path(struct arena *a, struct str text, struct str *ret_filter);

/* --- bodies as paths and values (flatten.c) --- */
struct scim_value {
	enum { SCIM_NULL, SCIM_STRING, SCIM_BOOL, SCIM_OTHER } kind;
	struct str text; /* SCIM_STRING */
	bool truth;      /* SCIM_BOOL */
};
typedef enum fault scim_leaf_fn(struct rq *rq, const char *path, const struct scim_value *v,
                                void *arg);
/* Every leaf of the object below prefix ("" the top).  Of a list of objects the primary one, else
 * that of work, else the first. */
enum fault scim_flatten(struct rq *rq, const struct json_doc *d, const char *prefix,
                        scim_leaf_fn *fn, void *arg) MUST_CHECK;
/* One member, below the path. */
enum fault scim_flatten_member(struct rq *rq, const struct json_doc *d, const char *member,
                               const char *path, scim_leaf_fn *fn, void *arg) MUST_CHECK;
/* A boolean, or what Entra sends for one: "True", "False". */
bool scim_truth(const struct scim_value *v, bool *out);

/* --- filters (filter.c) --- */
struct scim_filter;
/* NULL and a refusal when it is none of RFC 7644 3.4.2.2, too long or nests too deep. */
const struct scim_filter *scim_filter_parse(struct rq *rq, struct str text);
/* The value of an attribute by its path; false when it has none. */
typedef bool scim_get_fn(const void *resource, const char *path, struct str *out);
bool scim_filter_holds(const struct scim_filter *f, scim_get_fn *get, const void *resource);
/* The text that the path must equal for the filter to hold; false when it need not. */
bool scim_filter_wants(const struct scim_filter *f, const char *path, struct str *out);
/* All paths are of the list; else a refusal. */
enum fault scim_filter_check(struct rq *rq, const struct scim_filter *f,
                             bool (*known)(const char *path)) MUST_CHECK;

/* --- users (user.c, user_json.c) --- */
struct scim_user {
	struct uuid company_id, id;
	const char *user_name, *external_id, *display_name, *formatted, *given_name, *family_name;
	const char *email, *title, *department, *location, *language, *time_zone;
	const char *employee_number, *manager;
	const char *shown_name; /* person.display_name */
	bool active, known;     /* known: the directory has said so before */
	int64_t version, created_at, updated_at;
	const char *id_text, *created_text, *updated_text, *active_text;
	const char *version_text; /* an entity tag (RFC 7644 3.14) */
};
bool scim_user_known_path(const char *path);
bool scim_user_get(const void *user, const char *path, struct str *out);
/* A leaf of a body or an operation into *arg, a struct scim_user; what nobody here keeps is let
 * by. */
enum fault scim_user_set(struct rq *rq, const char *path, const struct scim_value *v,
                         void *arg) MUST_CHECK;
enum fault scim_user_unset(struct rq *rq, const char *path, struct scim_user *u) MUST_CHECK;
/* Makes texts of what is none, for filters and output. */
void scim_user_finish(struct rq *rq, struct scim_user *u);
/* attributes and excludedAttributes of a query; either may be empty. */
struct scim_selection {
	struct str only, without;
};
void scim_user_put(struct buf *b, const struct scim_user *u, const struct scim_selection *s);
bool scim_selected(const struct scim_selection *s, const char *attribute);

enum fault scim_user_create(struct rq *rq, struct scim_user *u) MUST_CHECK;
/* In a transaction of the caller. */
enum fault scim_user_update(struct rq *rq, struct scim_user *u) MUST_CHECK;
/* As it was read, and locked. */
enum fault scim_user_delete(struct rq *rq, const struct scim_user *u) MUST_CHECK;

/* --- groups (group.c) --- */
struct scim_group {
	struct uuid company_id, id;
	const char *display_name, *external_id;
	int64_t version, membership_version, created_at;
	const char *id_text;
};
/* Its entity tag: of the group and of who is in it. */
const char *scim_group_version(struct rq *rq, const struct scim_group *g);
struct scim_member {
	struct uuid team_id, person_id;
	const char *display_name;
};
/* What a request wants of the members: put or take, or all of them anew. */
struct scim_members {
	struct uuid *add, *remove;
	size_t n_add, n_remove, room_add, room_remove;
	bool replace;
};
enum fault scim_group_create(struct rq *rq, struct scim_group *g,
                             const struct scim_members *m) MUST_CHECK;
enum fault scim_group_update(struct rq *rq, struct scim_group *g,
                             const struct scim_members *m) MUST_CHECK;
enum fault scim_group_delete(struct rq *rq, struct scim_group *g) MUST_CHECK;
/* Ids of a list of {value}, or of one such object, below member. */
enum fault scim_members_read(struct rq *rq, const struct json_doc *d, const char *member,
                             struct uuid **ret, size_t *ret_n) MUST_CHECK;
void scim_members_add(struct rq *rq, struct scim_members *m, const struct uuid *ids, size_t n);
void scim_members_remove(struct rq *rq, struct scim_members *m, const struct uuid *ids, size_t n);

/* --- PATCH (patch.c) --- */
enum fault scim_patch_user(struct rq *rq, const struct json_doc *body,
                           struct scim_user *u) MUST_CHECK;
enum fault scim_patch_group(struct rq *rq, const struct json_doc *body, struct scim_group *g,
                            struct scim_members *m) MUST_CHECK;

/* --- requests (list.c) --- */
/* What a list asks for. */
struct scim_wanted {
	struct call *call;
	const struct scim_filter *filter;
	struct scim_selection selection;
	int64_t start, count; /* from 1 on */
	int64_t total, given;
	struct buf items;
	/* members of the groups, in the order of the groups */
	struct scim_member *members;
	size_t n_members, room_members;
};
enum fault scim_read_wanted(struct rq *rq, struct call *call, bool (*known)(const char *),
                            struct scim_wanted *w) MUST_CHECK;
void scim_read_selection(struct rq *rq, struct call *call, struct scim_selection *out);
/* Counts a resource that fits; true: it is on this page, and w->items is where it goes. */
bool scim_on_page(struct scim_wanted *w, scim_get_fn *get, const void *resource);
void scim_send_list(struct scim_wanted *w);
/* The body as JSON; NULL and a refusal when it is none. */
struct json_doc *scim_read_body(struct rq *rq, struct call *call);

/* --- routes --- */
/* clang-format off */
/* Directories add parameters of their own (Entra: aadOptscim062020), so any query is let through. */
#define SCIM_READS(p, fn, nm, what)                                                                  \
	{ .method = HTTP_GET, .path = "/scim/v2/" p, .access = ACCESS_API_KEY, .scope = "scim", .rate = RATE_DIRECTORY, \
	  .flags = ROUTE_SCIM | ROUTE_OPEN_QUERY, .kind = REPLY_RAW, .reply_type = SCIM_TYPE, .handle = fn, .name = nm, \
	  .summary = what }
#define SCIM_WRITES(m, p, fn, nm, what)                                                              \
	{ .method = m, .path = "/scim/v2/" p, .access = ACCESS_API_KEY, .scope = "scim", .rate = RATE_DIRECTORY, \
	  .flags = ROUTE_SCIM | ROUTE_OPEN_QUERY | ROUTE_BODY_STREAM, .body_type = SCIM_TYPE,         \
	  .body_max = SCIM_BODY_MAX, .kind = REPLY_RAW, .reply_type = SCIM_TYPE, .handle = fn, .name = nm, .summary = what }
#define SCIM_ENDS(p, fn, nm, what)                                                                   \
	{ .method = HTTP_DELETE, .path = "/scim/v2/" p, .access = ACCESS_API_KEY, .scope = "scim", .rate = RATE_DIRECTORY, \
	  .flags = ROUTE_SCIM | ROUTE_OPEN_QUERY, .kind = REPLY_RAW, .reply_type = SCIM_TYPE, .handle = fn, .name = nm, \
	  .summary = what }
#define SCIM_REFUSES(m, p, fn, nm)                                                                   \
	{ .method = m, .path = "/scim/v2/" p, .access = ACCESS_API_KEY, .scope = "scim", .rate = RATE_DIRECTORY, \
	  .flags = ROUTE_SCIM | ROUTE_OPEN_QUERY | ROUTE_NOT_SERVED | ((m) == HTTP_GET || (m) == HTTP_DELETE ? 0 : ROUTE_BODY_STREAM), \
	  .body_type = (m) == HTTP_GET || (m) == HTTP_DELETE ? NULL : SCIM_TYPE, .body_max = SCIM_BODY_MAX, .kind = REPLY_RAW, \
	  .reply_type = SCIM_TYPE, .handle = fn, .name = nm, .summary = "Not done here: 501" }
/* clang-format on */

/* --- what the service can (discovery.c) --- */
struct scim_document {
	const char *id, *json; /* NULL ends a list */
};
extern const char scim_config_json[];
extern const struct scim_document scim_types[], scim_schemas[];

/* --- statements (scim_sql.c) --- */
enum fault scim_sql_user(struct rq *rq, struct uuid id, struct scim_user *out) MUST_CHECK;
/* Nobody else changes it until the transaction ends. */
enum fault scim_sql_user_lock(struct rq *rq, struct uuid id, struct scim_user *out) MUST_CHECK;
/* All that are not erased or deleted, by id; name NULL: everybody, else those of that userName or
 * address. */
enum fault scim_sql_users(struct rq *rq, const char *name, db_row_fn *fn, void *arg) MUST_CHECK;
/* Whoever had the name before and was deleted; NOT_FOUND: nobody. */
enum fault scim_sql_gone(struct rq *rq, const char *name, struct uuid *ret_id) MUST_CHECK;
enum fault scim_sql_user_put(struct rq *rq, const struct scim_user *u) MUST_CHECK;
enum fault scim_sql_user_deleted(struct rq *rq, struct uuid id) MUST_CHECK;
enum fault scim_sql_group(struct rq *rq, struct uuid id, struct scim_group *out) MUST_CHECK;
enum fault scim_sql_group_lock(struct rq *rq, struct uuid id, struct scim_group *out) MUST_CHECK;
enum fault scim_sql_groups(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK;
enum fault scim_sql_group_put(struct rq *rq, const struct scim_group *g, bool is_new,
                              bool *ret_duplicate) MUST_CHECK;
/* Archived, its names free for another. */
enum fault scim_sql_group_gone(struct rq *rq, struct uuid id) MUST_CHECK;
/* rows: struct scim_member; team zero: of all teams. */
enum fault scim_sql_members(struct rq *rq, struct uuid team, db_row_fn *fn, void *arg) MUST_CHECK;

#endif
