/* SPDX-License-Identifier: Apache-2.0 */
/* xml.c - expat behind bounds of ours. */
#include "rostra/xml.h"

#include <expat.h>
#include <limits.h>
#include <string.h>

#include "rostra/buf.h"

#define SPACE_END '|'

struct reading {
	XML_Parser parser;
	xml_fn *fn;
	void *arg;
	struct buf text;
	size_t depth, elements;
	bool stopped;
};

static void
stop(struct reading *r)
{
	r->stopped = true;
	(void)XML_StopParser(r->parser, XML_FALSE);
}

/* "namespace|name", or a name without a namespace. */
static void
tell(struct reading *r, const char *full, bool begins)
{
	const char *end = strrchr(full, SPACE_END);
	const struct xml_tag tag = {
		.begins = begins,
		.depth = r->depth,
		.space = { full, end != NULL ? (size_t)(end - full) : 0 },
		.name = str_of(end != NULL ? end + 1 : full),
		.text = { r->text.s, begins ? 0 : r->text.n },
	};

	if (!r->stopped && !r->fn(&tag, r->arg))
		stop(r);
	buf_clear(&r->text);
}

static void XMLCALL
on_begin(void *user, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *r = user;

	(void)attributes;
	if (++r->depth > XML_DEPTH_MAX || ++r->elements > XML_ELEMENTS_MAX)
		stop(r);
	tell(r, name, true);
}

static void XMLCALL
on_end(void *user, const XML_Char *name)
{
	struct reading *r = user;

	tell(r, name, false);
	r->depth--;
}

static void XMLCALL
on_text(void *user, const XML_Char *s, int n)
{
	struct reading *r = user;

	if (r->text.n + (size_t)n > XML_TEXT_MAX)
		stop(r);
	else
		buf_put(&r->text, s, (size_t)n);
}

/* With a document type come entities: no program that may call us needs one. */
static void XMLCALL
on_doctype(void *user, const XML_Char *name, const XML_Char *system, const XML_Char *public,
           int has_internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)has_internal;
	stop(user);
}

bool
xml_each(struct str document, xml_fn *fn, void *arg)
{
	struct reading r = { .fn = fn, .arg = arg };
	bool ok;

	if (document.n == 0 || document.n > INT_MAX)
		return false;
	r.parser = XML_ParserCreateNS("UTF-8", SPACE_END);
	if (r.parser == NULL)
		return false;
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_begin, on_end);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	ok = XML_Parse(r.parser, document.s, (int)document.n, XML_TRUE) == XML_STATUS_OK &&
	     !r.stopped;
	XML_ParserFree(r.parser);
	buf_free(&r.text);
	return ok;
}
