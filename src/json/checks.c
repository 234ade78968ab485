/* SPDX-License-Identifier: Apache-2.0 */
/* checks.c - is a value what its row allows?  The same for bodies and query strings. */
#include <inttypes.h>
#include <string.h>

#include "rostra/address.h"
#include "rostra/text.h"

#include "json_int.h"

static bool
control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

static bool
has_forbidden_control(struct str v, bool multiline)
{
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.s[i];

		if (control(c) && !(multiline && (c == '\n' || c == '\t' || c == '\r')))
			return true;
	}
	return false;
}

static bool
host_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_';
}

/* host[:port] of RFC 3986 3.2 without user information; an IPv6 literal in brackets. */
static bool
authority_valid(struct str v)
{
	size_t n = 0;

	if (v.n > 0 && v.s[0] == '[') {
		while (n < v.n && v.s[n] != ']')
			n++;
		if (n == v.n || memchr(v.s, ':', n) == NULL ||
		    !address_parse((struct str){ v.s + 1, n - 1 }).known)
			return false;
		n++;
	} else {
		while (n < v.n && host_character(v.s[n]))
			n++;
		if (n == 0 || v.s[0] == '.' || v.s[0] == '-')
			return false;
	}
	if (n == v.n)
		return true;
	if (v.s[n] != ':' || n + 1 == v.n || v.n - n > 6)
		return false;
	for (n++; n < v.n; n++) {
		if (v.s[n] < '0' || v.s[n] > '9')
			return false;
	}
	return true;
}

static const char *
check_url(struct str v)
{
	static const char wrong[] = "must be an absolute http or https URL";
	struct str rest;
	size_t n = 0;

	if (v.n > 8 && str_eq_nocase((struct str){ v.s, 8 }, STR("https://")))
		rest = (struct str){ v.s + 8, v.n - 8 };
	else if (v.n > 7 && str_eq_nocase((struct str){ v.s, 7 }, STR("http://")))
		rest = (struct str){ v.s + 7, v.n - 7 };
	else
		return wrong;
	for (size_t i = 0; i < v.n; i++) {
		if (control((unsigned char)v.s[i]) || strchr(" \\\"<>^`{|}", v.s[i]) != NULL)
			return "must be a URL without spaces, backslashes and quotes";
	}
	while (n < rest.n && strchr("/?#", rest.s[n]) == NULL)
		n++;
	if (memchr(rest.s, '@', n) != NULL)
		return "must be a URL without a user name";
	return authority_valid((struct str){ rest.s, n }) ? NULL : wrong;
}

/* RFC 5321 4.1.2 without quoted local parts and address literals; 64 and 254 octets are
 * its 4.5.3.1. */
static bool
email_valid(struct str v)
{
	struct str domain = v, local;
	bool dot = false;

	(void)str_split(&domain, '@', &local);
	if (v.n > 254 || domain.s == NULL || local.n == 0 || local.n > 64 || domain.n < 3)
		return false;
	if (local.s[0] == '.' || local.s[local.n - 1] == '.')
		return false;
	for (size_t i = 0; i < local.n; i++) {
		if (!host_character(local.s[i]) && strchr("!#$%&'*+/=?^`{|}~", local.s[i]) == NULL)
			return false;
	}
	for (size_t i = 0; i < domain.n; i++) {
		if (!host_character(domain.s[i]) || domain.s[i] == '_')
			return false;
		dot = dot || domain.s[i] == '.';
	}
	return dot && domain.s[0] != '.' && domain.s[domain.n - 1] != '.' && domain.s[0] != '-';
}

static bool
currency_valid(struct str v)
{
	if (v.n != 3)
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (v.s[i] < 'A' || v.s[i] > 'Z')
			return false;
	}
	return true;
}

static const char *
check_form(const struct j_field *f, struct str v, const char *text)
{
	int year, month, day;

	if ((f->flags & J_URL) != 0)
		return check_url(v);
	if ((f->flags & J_EMAIL) != 0 && !email_valid(v))
		return "must be an e-mail address";
	if ((f->flags & J_ZONE) != 0 && !zone_known(text))
		return "must be an IANA time zone, such as Europe/Berlin";
	if ((f->flags & J_LANG) != 0 && !lang_tag_valid(v))
		return "must be a language tag, such as en or pt-BR";
	if ((f->flags & J_CURRENCY) != 0 && !currency_valid(v))
		return "must be an ISO 4217 code, such as EUR";
	if ((f->flags & J_DATE) != 0 && !date_parse(v, &year, &month, &day))
		return "must be a date, such as 2026-11-23";
	return NULL;
}

/* In one line a line break is refused at its ends, too.  What nobody sees is nothing. */
static struct str
trimmed(const struct j_field *f, struct str v)
{
	v = str_trim(v);
	if (has_forbidden_control(v, (f->flags & J_MULTILINE) != 0))
		return v;
	v = text_trim(v);
	return text_blank(v) ? (struct str){ v.s, 0 } : v;
}

const char *
j_check_string(struct arena *a, const struct j_field *f, int64_t max, struct str v,
               const char **out)
{
	int64_t n;
	const char *text, *wrong;

	if (!utf8_valid(v))
		return "must be UTF-8";
	if ((f->flags & J_TRIM) != 0)
		v = trimmed(f, v);
	n = (int64_t)text_code_points(v);
	if (n < f->min)
		return f->min == 1
		           ? "must not be empty"
		           : arena_printf(a, "must have at least %" PRId64 " characters", f->min);
	if (max > 0 && n > max)
		return arena_printf(a, "must have at most %" PRId64 " characters", max);
	if (has_forbidden_control(v, (f->flags & J_MULTILINE) != 0))
		return "must not contain control characters";
	text = (f->flags & J_EMAIL) != 0 ? str_lower(a, v) : arena_copy(a, v.s, v.n);
	wrong = check_form(f, v, text);
	if (wrong != NULL)
		return wrong;
	if ((f->flags & J_URL) != 0)
		text = url_normal(a, v);
	if ((f->flags & J_URL) != 0 && max > 0 && strlen(text) > (size_t)max)
		return arena_printf(a, "must have at most %" PRId64 " bytes, percent-encoded", max);
	*out = text;
	return NULL;
}

const char *
j_check_int(struct arena *a, const struct j_field *f, int64_t v, int64_t *out)
{
	if (v < f->min || v > f->max)
		return arena_printf(a, "must be from %" PRId64 " to %" PRId64, f->min, f->max);
	*out = v;
	return NULL;
}

static const char *
all_words(struct arena *a, const char *const *names)
{
	const char *list = names[0];

	for (size_t i = 1; names[i] != NULL; i++)
		list = arena_printf(a, "%s, %s", list, names[i]);
	return list;
}

const char *
j_check_word(struct arena *a, const struct j_field *f, struct str v, int *out)
{
	for (int i = 0; f->names[i] != NULL; i++) {
		if (str_is(v, f->names[i])) {
			*out = i;
			return NULL;
		}
	}
	return arena_printf(a, "must be one of: %s", all_words(a, f->names));
}

const char *
j_check_count(struct arena *a, const struct j_field *f, size_t n)
{
	if ((int64_t)n < f->min)
		return arena_printf(a, "must have at least %" PRId64 " items", f->min);
	if (f->max > 0 && (int64_t)n > f->max)
		return arena_printf(a, "must have at most %" PRId64 " items", f->max);
	return NULL;
}

const char *
j_check_uuid(struct str v, struct uuid *out)
{
	return uuid_parse(v, out) ? NULL : "must be an id";
}

const char *
j_check_time(struct str v, int64_t *out)
{
	return time_parse(v, out) ? NULL
	                          : "must be a time of RFC 3339, such as 2026-11-23T10:00:00Z";
}

void
j_set_default(const struct j_field *f, void *obj)
{
	char *place = (char *)obj + f->off;
	bool yes = f->def != 0;
	int word = (int)f->def;

	switch (f->type) {
	case J_BOOL:
		memcpy(place, &yes, sizeof(yes));
		break;
	case J_ENUM:
		memcpy(place, &word, sizeof(word));
		break;
	case J_INT:
	case J_MICRO:
	case J_TIME:
		memcpy(place, &f->def, sizeof(f->def));
		break;
	default:
		break; /* zero already: NULL, the zero id, an empty list */
	}
}

size_t
j_item_size(const struct j_field *f)
{
	switch (f->item) {
	case J_STRING:
		return sizeof(const char *);
	case J_UUID:
		return sizeof(struct uuid);
	case J_OBJECT:
		return f->schema->size;
	case J_RAW:
		return sizeof(struct str);
	default:
		return sizeof(int64_t);
	}
}

bool
j_has(const struct j_schema *s, const void *obj, const char *name)
{
	uint64_t has;

	if (s->has_off == J_NO_HAS)
		return false;
	memcpy(&has, (const char *)obj + s->has_off, sizeof(has));
	for (size_t i = 0; i < s->n; i++) {
		if (cstr_eq(s->fields[i].name, name))
			return (has >> i & 1) != 0;
	}
	return false;
}

bool
json_too_deep(struct str text, size_t max)
{
	size_t depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.s[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			depth++;
		else if (!quoted && (c == '}' || c == ']') && depth > 0)
			depth--;
		if (depth > max)
			return true;
	}
	return false;
}
