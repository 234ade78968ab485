/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules.c - who is no person, from files: patterns of user agents and ranges of addresses.  Nearly
 * every pattern contains some plain text, so three bytes of that text find the few patterns that
 * are worth trying, and most of those are nothing but their text.
 */
#include <stdlib.h>
#include <string.h>

#include "rules_int.h"

/* --- user agents --------------------------------------------------------------------------- */

/* What was found so far: a person's browser wins over all, then a card's fetcher, then the first
 * line of the file. */
static int
rank(enum click_class cls)
{
	switch (cls) {
	case CLICK_HUMAN:
		return 2;
	case CLICK_PREVIEW:
		return 1;
	default:
		return 0;
	}
}

static bool
better(const struct agent_rule *a, const struct agent_rule *than)
{
	if (than == NULL || rank(a->cls) != rank(than->cls))
		return than == NULL || rank(a->cls) > rank(than->cls);
	return a->line < than->line;
}

static const struct agent_rule *
try_rule(const struct agent_rule *r, struct str agent, size_t at, const struct agent_rule *best)
{
	if (!better(r, best))
		return best;
	if (r->text_n > 0 && (at < r->key_at || agent.n - (at - r->key_at) < r->text_n ||
	                      memcmp(agent.s + at - r->key_at, r->text, r->text_n) != 0))
		return best;
	return r->pattern == NULL || pattern_matches(r->pattern, agent) ? r : best;
}

const struct agent_rule *
rules_agent(const struct click_rules *rules, struct str agent)
{
	const struct agent_rule *best = NULL;

	for (uint32_t i = rules->textless; i != 0; i = rules->agent[i - 1].next)
		best = try_rule(&rules->agent[i - 1], agent, 0, best);
	for (size_t at = 0; at + RULE_KEY_BYTES <= agent.n; at++) {
		uint32_t i = rules->heads[rule_key(agent.s + at)];

		for (; i != 0; i = rules->agent[i - 1].next)
			best = try_rule(&rules->agent[i - 1], agent, at, best);
	}
	return best;
}

/* --- addresses ----------------------------------------------------------------------------- */

void
address_mask(unsigned char b[16], size_t bits)
{
	for (size_t i = 0; i < 16; i++) {
		size_t keep = bits > 8 * i ? bits - 8 * i : 0;

		if (keep < 8)
			b[i] &= (unsigned char)(0xff00 >> keep);
	}
}

int
range_cmp(const void *pa, const void *pb)
{
	const struct range_rule *a = pa, *b = pb;

	if (a->bits != b->bits)
		return b->bits - a->bits; /* the narrowest first */
	return memcmp(a->first, b->first, sizeof(a->first));
}

const struct range_rule *
rules_range(const struct click_rules *rules, const struct address *a)
{
	if (!a->known)
		return NULL;
	for (size_t i = 0; i < rules->n_widths; i++) {
		const struct range_width *w = &rules->width[i];
		struct range_rule key = { .bits = w->bits };
		const struct range_rule *found;

		memcpy(key.first, a->b, sizeof(key.first));
		address_mask(key.first, (size_t)w->bits);
		found = bsearch(&key, rules->range + w->from, w->n, sizeof(key), range_cmp);
		if (found != NULL)
			return found;
	}
	return NULL;
}

int
click_rules_version(const struct click_rules *rules)
{
	return rules->version;
}

void
click_rules_free(struct click_rules **r)
{
	if (*r == NULL)
		return;
	for (size_t i = 0; i < (*r)->n_agents; i++)
		pattern_free(&(*r)->agent[i].pattern);
	for (size_t i = 0; i < (*r)->n_agents; i++)
		free((*r)->agent[i].text);
	free((*r)->agent);
	free((*r)->range);
	click_rules_free(&(*r)->older);
	free(*r);
	*r = NULL;
}

/* The last but one goes: no hit is judged for as long as a reload is away. */
void
click_rules_swap(struct shared *shared, struct click_rules *fresh)
{
	struct click_rules *old = atomic_exchange(&shared->rules, fresh);

	fresh->older = old;
	if (old != NULL)
		click_rules_free(&old->older);
}
