/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xml.h - small XML documents of other programs, read from front to back.  A document with a type
 * declaration is refused, so there are no entities but the five of XML itself, and nothing is ever
 * fetched.  src/base/xml.c alone includes expat.
 */
#ifndef ROSTRA_XML_H
#define ROSTRA_XML_H

#include "rostra/str.h"

enum { XML_DEPTH_MAX = 32, XML_ELEMENTS_MAX = 20000, XML_TEXT_MAX = 8192 };

/* An element begins, or ends with the text that came since the last tag. */
struct xml_tag {
	bool begins;
	size_t depth;           /* of the root 1 */
	struct str space, name; /* namespace and local name */
	struct str text;        /* when it ends; lives until the function returns */
};
typedef bool xml_fn(const struct xml_tag *t, void *arg); /* false ends the reading */

/* false: not well-formed UTF-8 XML, more than the bounds above, or ended by fn. */
bool xml_each(struct str document, xml_fn *fn, void *arg) __attribute__((warn_unused_result));

#endif
