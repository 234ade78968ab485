/* SPDX-License-Identifier: Apache-2.0 */
/* problem_json.c - why a request failed, as application/problem+json (RFC 9457). */
#include "http_int.h"

static void
put_member(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, ",\"%s\":", name);
	buf_json_string(b, str_of(value));
}

static void
put_errors(struct buf *b, const struct problem *p)
{
	size_t n = p->n_viol < PROBLEM_VIOLATIONS_MAX ? p->n_viol : PROBLEM_VIOLATIONS_MAX;

	if (n == 0)
		return;
	buf_lit(b, ",\"errors\":[");
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(b, ',');
		buf_lit(b, "{\"pointer\":");
		buf_json_string(b, str_of(p->viol[i].pointer));
		buf_lit(b, ",\"detail\":");
		buf_json_string(b, str_of(p->viol[i].detail));
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

void
problem_json(struct buf *b, const struct problem *p, enum fault e, const char *request_id)
{
	const struct fault_row *row = fault_row(e);
	const bool ours = p->code == e; /* a detail of another fault says nothing about this one */

	buf_lit(b, "{\"type\":\"/problems/");
	for (const char *c = row->code; *c; c++)
		buf_char(b, *c == '_' ? '-' : *c);
	buf_char(b, '"');
	put_member(b, "title", row->title);
	buf_printf(b, ",\"status\":%d", row->status);
	put_member(b, "detail", ours && p->detail[0] ? p->detail : row->title);
	put_member(b, "instance", request_id);
	put_member(b, "code", row->code);
	put_member(b, "request_id", request_id);
	if (ours)
		put_errors(b, p);
	buf_char(b, '}');
}

/* RFC 7644 table 9: the word of the first violation, when the feature gave one of them. */
static const char *
scim_type(const struct problem *p, enum fault e)
{
	static const char *const words[] = {
		"invalidFilter", "tooMany",  "uniqueness",   "mutability", "invalidSyntax",
		"invalidPath",   "noTarget", "invalidValue", "sensitive",
	};

	for (size_t i = 0; p->n_viol > 0 && i < sizeof(words) / sizeof(words[0]); i++) {
		if (cstr_eq(p->viol[0].pointer, words[i]))
			return words[i];
	}
	switch (e) {
	case FAULT_CONFLICT:
		return "uniqueness";
	case FAULT_INVALID:
		return "invalidValue";
	case FAULT_BAD_JSON:
		return "invalidSyntax";
	default:
		return NULL;
	}
}

int
problem_scim(struct buf *b, const struct problem *p, enum fault e, const char *request_id)
{
	const struct fault_row *row = fault_row(e);
	const bool ours = p->code == e;
	const char *type = ours ? scim_type(p, e) : NULL;
	const char *detail = ours && p->detail[0] ? p->detail : row->title;
	int status = row->status;

	if (e == FAULT_INVALID) {
		status = 400;
		if (ours && !p->detail[0] && p->n_viol > 0)
			detail = p->viol[0].detail;
	}
	buf_lit(b, "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"]");
	buf_printf(b, ",\"status\":\"%d\"", status);
	put_member(b, "detail", detail);
	if (type != NULL)
		put_member(b, "scimType", type);
	put_member(b, "code", row->code);
	put_member(b, "request_id", request_id);
	buf_char(b, '}');
	return status;
}
