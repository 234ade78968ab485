/* SPDX-License-Identifier: Apache-2.0 */
/* user_json.c - a user as SCIM shows it (RFC 7643 4.1, 4.3).  What is not there is left out: no
 * nulls, which Entra's test of the connection does not take. */
#include <string.h>

#include "scim_int.h"

/* "name", "urn:…" or a part of it such as "name.givenName" is among comma-separated paths. */
static bool
listed(struct str list, const char *attribute)
{
	const size_t n = strlen(attribute);
	struct str one;

	while (list.n > 0 && str_split(&list, ',', &one)) {
		one = str_trim(one);
		if (one.n >= n && str_eq_nocase((struct str){ one.s, n }, str_of(attribute)) &&
		    (one.n == n || one.s[n] == '.' || one.s[n] == ':'))
			return true;
	}
	return false;
}

bool
scim_selected(const struct scim_selection *s, const char *attribute)
{
	if (s->only.n > 0)
		return listed(s->only, attribute);
	return !listed(s->without, attribute);
}

static void
put_name(struct buf *b, const char *name)
{
	if (b->n > 0 && b->s[b->n - 1] != '{')
		buf_char(b, ',');
	buf_printf(b, "\"%s\":", name);
}

static void
put_text(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	put_name(b, name);
	buf_json_string(b, str_of(value));
}

static void
put_parts_of_name(struct buf *b, const struct scim_user *u)
{
	if (u->formatted == NULL && u->given_name == NULL && u->family_name == NULL)
		return;
	put_name(b, "name");
	buf_char(b, '{');
	put_text(b, "formatted", u->formatted);
	put_text(b, "givenName", u->given_name);
	put_text(b, "familyName", u->family_name);
	buf_char(b, '}');
}

static void
put_contact(struct buf *b, const struct scim_user *u, const struct scim_selection *s)
{
	if (u->email != NULL && scim_selected(s, "emails")) {
		put_name(b, "emails");
		buf_lit(b, "[{\"value\":");
		buf_json_string(b, str_of(u->email));
		buf_lit(b, ",\"type\":\"work\",\"primary\":true}]");
	}
	if (u->location != NULL && scim_selected(s, "addresses")) {
		put_name(b, "addresses");
		buf_lit(b, "[{\"locality\":");
		buf_json_string(b, str_of(u->location));
		buf_lit(b, ",\"type\":\"work\"}]");
	}
}

static void
put_enterprise(struct buf *b, const struct scim_user *u)
{
	put_name(b, SCIM_ENTERPRISE_URN);
	buf_char(b, '{');
	put_text(b, "department", u->department);
	put_text(b, "employeeNumber", u->employee_number);
	if (u->manager != NULL) {
		put_name(b, "manager");
		buf_char(b, '{');
		put_text(b, "value", u->manager);
		buf_char(b, '}');
	}
	buf_char(b, '}');
}

static void
put_meta(struct buf *b, const struct scim_user *u)
{
	put_name(b, "meta");
	buf_printf(b,
	           "{\"resourceType\":\"User\",\"created\":\"%s\",\"lastModified\":\"%s\","
	           "\"location\":\"/scim/v2/Users/%s\",\"version\":",
	           u->created_text, u->updated_text, u->id_text);
	buf_json_string(b, str_of(u->version_text));
	buf_char(b, '}');
}

static bool
has_enterprise(const struct scim_user *u)
{
	return u->department != NULL || u->employee_number != NULL || u->manager != NULL;
}

void
scim_user_put(struct buf *b, const struct scim_user *u, const struct scim_selection *s)
{
	struct buf one = { 0 };

	buf_lit(&one, "{\"schemas\":[\"" SCIM_USER_URN "\"");
	if (has_enterprise(u) && scim_selected(s, SCIM_ENTERPRISE_URN))
		buf_lit(&one, ",\"" SCIM_ENTERPRISE_URN "\"");
	buf_char(&one, ']');
	put_text(&one, "id", u->id_text);
	if (scim_selected(s, "userName"))
		put_text(&one, "userName", u->user_name);
	if (scim_selected(s, "externalId"))
		put_text(&one, "externalId", u->external_id);
	if (scim_selected(s, "displayName"))
		put_text(&one, "displayName",
		         u->display_name != NULL ? u->display_name : u->shown_name);
	if (scim_selected(s, "name"))
		put_parts_of_name(&one, u);
	put_contact(&one, u, s);
	if (scim_selected(s, "title"))
		put_text(&one, "title", u->title);
	if (scim_selected(s, "preferredLanguage"))
		put_text(&one, "preferredLanguage", u->language);
	if (scim_selected(s, "timezone"))
		put_text(&one, "timezone", u->time_zone);
	if (scim_selected(s, "active")) {
		put_name(&one, "active");
		buf_cstr(&one, u->active_text);
	}
	if (has_enterprise(u) && scim_selected(s, SCIM_ENTERPRISE_URN))
		put_enterprise(&one, u);
	if (scim_selected(s, "meta"))
		put_meta(&one, u);
	buf_char(&one, '}');
	buf_put(b, one.s, one.n);
	buf_free(&one);
}
