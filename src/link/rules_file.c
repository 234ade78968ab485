/* SPDX-License-Identifier: Apache-2.0 */
/* rules_file.c - files of rules, read line by line: "version N", "agent CLASS REASON PATTERN",
 * "range CLASS REASON ADDRESS/BITS", "cookieless CLASS REASON". */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/log.h"

#include "rules_int.h"

enum {
	LINE_MAX_BYTES = 2048,
	RULES_MAX = 200000,
	VERSION_MAX = 32767,
	IPV4_KEPT = 24,
	IPV6_KEPT = 48
};

struct reading {
	struct click_rules *rules;
	const char *path;
	int line;
	int64_t version; /* of this file; 0: not said */
	char *err;
	size_t err_n;
};

static bool
wrong(struct reading *r, const char *why)
{
	snprintf(r->err, r->err_n, "%s:%d: %s", r->path, r->line, why);
	return false;
}

/* Room for one more of a growing array; NULL when there is none. */
static void *
one_more(void *list, size_t n, size_t *room, size_t size)
{
	size_t more = *room > 0 ? 2 * *room : 64;
	void *grown;

	if (n < *room)
		return list;
	grown = n < RULES_MAX ? realloc(list, more * size) : NULL;
	if (grown != NULL)
		*room = more;
	return grown;
}

/* --- words --------------------------------------------------------------------------------- */

static bool
reason_valid(struct str word)
{
	for (size_t i = 0; i < word.n; i++) {
		if (!((word.s[i] >= 'a' && word.s[i] <= 'z') ||
		      (word.s[i] >= '0' && word.s[i] <= '9') || word.s[i] == '-'))
			return false;
	}
	return word.n > 0 && word.n <= FRAME_REASON_MAX;
}

/* "CLASS REASON", and what may follow: what a file may say of somebody, and why. */
static bool
read_verdict(struct reading *r, struct str *rest, enum click_class *ret_cls, char *ret_reason)
{
	static const enum click_class said[] = { CLICK_HUMAN, CLICK_PREVIEW, CLICK_BOT,
		                                 CLICK_SCANNER };
	struct str word = { NULL, 0 }, reason = { NULL, 0 };
	bool found = false;

	(void)str_split(rest, ' ', &word);
	(void)str_split(rest, ' ', &reason);
	for (size_t i = 0; !found && i < sizeof(said) / sizeof(said[0]); i++) {
		found = str_is(word, click_class_names[said[i]]);
		*ret_cls = said[i];
	}
	if (!found)
		return wrong(r, "the class must be human, preview, bot or scanner");
	if (!reason_valid(reason))
		return wrong(r, "the reason must be 1 to 40 of a-z, 0-9 and -");
	memcpy(ret_reason, reason.s, reason.n);
	ret_reason[reason.n] = '\0';
	return true;
}

/* "CLASS REASON rest" */
static bool
read_verdict_of(struct reading *r, struct str *rest, enum click_class *ret_cls, char *ret_reason)
{
	if (!read_verdict(r, rest, ret_cls, ret_reason))
		return false;
	return rest->n > 0 ? true : wrong(r, "nothing stands behind the reason");
}

/* --- lines --------------------------------------------------------------------------------- */

static bool
line_agent(struct reading *r, struct str rest)
{
	struct click_rules *rules = r->rules;
	struct agent_rule rule = { .line = (int)rules->n_agents };
	void *list;
	char why[160];
	bool whole;

	if (!read_verdict_of(r, &rest, &rule.cls, rule.reason))
		return false;
	list = one_more(rules->agent, rules->n_agents, &rules->agents_room, sizeof(rule));
	rule.text = malloc(rest.n + 1);
	if (list != NULL)
		rules->agent = list;
	if (list == NULL || rule.text == NULL) {
		free(rule.text);
		return wrong(r, "too many rules");
	}
	rule.text_n = pattern_literal(rest, rule.text, &whole);
	if (rule.text_n < RULE_KEY_BYTES)
		rule.text_n = 0;
	if (rule.text_n == 0 || !whole) {
		rule.pattern = pattern_compile(rest, why, sizeof(why));
		if (rule.pattern == NULL) {
			free(rule.text);
			return wrong(r, why);
		}
	}
	rules->agent[rules->n_agents++] = rule;
	return true;
}

static bool
line_range(struct reading *r, struct str rest)
{
	struct click_rules *rules = r->rules;
	struct range_rule rule = { .bits = 0 };
	struct address first;
	struct str text = { NULL, 0 };
	int64_t bits, most;
	bool v4;
	void *list;

	if (!read_verdict_of(r, &rest, &rule.cls, rule.reason))
		return false;
	(void)str_split(&rest, '/', &text);
	first = address_parse(text);
	v4 = memchr(text.s, ':', text.n) == NULL;
	most = v4 ? 32 : 128;
	if (!first.known || !str_int64(rest, &bits) || bits < 0 || bits > most)
		return wrong(r, "the range must be like 192.0.2.0/24 or 2001:db8::/32");
	if (bits > (v4 ? IPV4_KEPT : IPV6_KEPT)) {
		rules->too_narrow++;
		return true;
	}
	rule.bits = (int)bits + (v4 ? IPV4_BITS : 0);
	memcpy(rule.first, first.b, sizeof(rule.first));
	address_mask(rule.first, (size_t)rule.bits);
	list = one_more(rules->range, rules->n_ranges, &rules->ranges_room, sizeof(rule));
	if (list == NULL)
		return wrong(r, "too many ranges");
	rules->range = list;
	rules->range[rules->n_ranges++] = rule;
	return true;
}

/* The last of several counts: the operator's file is read behind the shipped one. */
static bool
line_cookieless(struct reading *r, struct str rest)
{
	struct cookieless_rule *rule = &r->rules->cookieless;

	if (!read_verdict(r, &rest, &rule->cls, rule->reason))
		return false;
	return rest.n == 0 ? true : wrong(r, "nothing may stand behind the reason");
}

static bool
line_version(struct reading *r, struct str rest)
{
	if (r->version != 0 || !str_int64(rest, &r->version) || r->version < 1 ||
	    r->version > VERSION_MAX)
		return wrong(r, "one version is needed, from 1 to 32767");
	r->rules->version += (int)r->version;
	return true;
}

static bool
read_line(struct reading *r, struct str line)
{
	static const struct {
		const char *word;
		bool (*read)(struct reading *r, struct str rest);
	} kinds[] = {
		{ "agent", line_agent },
		{ "range", line_range },
		{ "cookieless", line_cookieless },
		{ "version", line_version },
	};
	struct str word = { NULL, 0 }, rest = line;

	if (line.n == 0 || line.s[0] == '#')
		return true;
	(void)str_split(&rest, ' ', &word);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_is(word, kinds[i].word))
			return kinds[i].read(r, rest);
	}
	return wrong(r, "a line begins with version, agent, range, cookieless or #");
}

static bool
read_lines(struct reading *r, FILE *f)
{
	char line[LINE_MAX_BYTES];

	while (fgets(line, sizeof(line), f) != NULL) {
		size_t n = strlen(line);

		r->line++;
		if (n == 0 || line[n - 1] != '\n')
			return wrong(r, "the line is too long or does not end");
		n -= n > 1 && line[n - 2] == '\r' ? 2 : 1;
		if (!read_line(r, (struct str){ line, n }))
			return false;
	}
	if (ferror(f))
		return wrong(r, strerror(errno));
	return r->version > 0 ? true : wrong(r, "the file does not say its version");
}

static bool
read_file(struct click_rules *rules, const char *path, char *err, size_t err_n)
{
	struct reading r = { .rules = rules, .path = path, .err = err, .err_n = err_n };
	FILE *f = fopen(path, "re");
	bool good;

	if (f == NULL)
		return wrong(&r, strerror(errno));
	good = read_lines(&r, f);
	(void)fclose(f);
	return good;
}

/* --- order --------------------------------------------------------------------------------- */

/* Each rule hangs on the three bytes of its text that the fewest have in theirs. */
static void
index_agents(struct click_rules *rules)
{
	uint32_t *common = calloc(RULE_HEADS, sizeof(*common));

	for (size_t i = 0; common != NULL && i < rules->n_agents; i++) {
		const struct agent_rule *a = &rules->agent[i];

		for (size_t at = 0; at + RULE_KEY_BYTES <= a->text_n; at++)
			common[rule_key(a->text + at)]++;
	}
	for (size_t i = 0; i < rules->n_agents; i++) {
		struct agent_rule *a = &rules->agent[i];
		uint32_t *head = &rules->textless;

		for (size_t at = 1; common != NULL && at + RULE_KEY_BYTES <= a->text_n; at++) {
			if (common[rule_key(a->text + at)] < common[rule_key(a->text + a->key_at)])
				a->key_at = at;
		}
		if (a->text_n > 0)
			head = &rules->heads[rule_key(a->text + a->key_at)];
		a->next = *head;
		*head = (uint32_t)i + 1;
	}
	free(common);
}

static void
index_ranges(struct click_rules *rules)
{
	if (rules->n_ranges > 0)
		qsort(rules->range, rules->n_ranges, sizeof(*rules->range), range_cmp);
	for (size_t i = 0; i < rules->n_ranges; i++) {
		struct range_width *w = &rules->width[rules->n_widths];

		if (rules->n_widths > 0 && w[-1].bits == rules->range[i].bits) {
			w[-1].n++;
			continue;
		}
		*w = (struct range_width){ .bits = rules->range[i].bits, .from = i, .n = 1 };
		rules->n_widths++;
	}
}

struct click_rules *
click_rules_load(const char *rules_path, const char *ranges_path, char *err, size_t err_n)
{
	struct click_rules *rules = calloc(1, sizeof(*rules));

	if (rules == NULL) {
		snprintf(err, err_n, "out of memory");
		return NULL;
	}
	if (!read_file(rules, rules_path, err, err_n) ||
	    (ranges_path[0] != '\0' && !read_file(rules, ranges_path, err, err_n))) {
		click_rules_free(&rules);
		return NULL;
	}
	index_agents(rules);
	index_ranges(rules);
	if (rules->too_narrow > 0)
		log_line(LOG_WARN, "click_ranges_narrow",
		         "%zu ranges are narrower than /24 or /48 and are passed over",
		         rules->too_narrow);
	return rules;
}

bool
click_rules_reload(struct shared *shared, const struct conf *conf)
{
	char err[400];
	struct click_rules *fresh =
	    click_rules_load(conf->click_rules, conf->click_ranges, err, sizeof(err));

	if (fresh == NULL) {
		log_line(LOG_ERROR, "click_rules_not_reloaded", "%s", err);
		return false;
	}
	click_rules_swap(shared, fresh);
	return true;
}
