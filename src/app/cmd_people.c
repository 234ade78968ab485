/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_people.c - `rostra company` and `rostra person`. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rostra/people.h"
#include "rostra/privacy.h"
#include "rostra/text.h"

#include "cmd_int.h"

/* --- company ------------------------------------------------------------------------------------
 */

/* Lower-case letters, digits and inner dashes: it stands in URLs. */
static bool
slug_valid(struct str s)
{
	if (s.n == 0 || s.n > 32 || s.s[0] == '-' || s.s[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

static bool
currency_valid(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.s[i] < 'A' || s.s[i] > 'Z')
			return false;
	}
	return s.n == 3;
}

static enum fault
company_check(struct cmd *c, const struct company_new *in)
{
	if (!slug_valid(str_of(in->slug)))
		return rq_fail(&c->rq, FAULT_BAD_REQUEST,
		               "--slug must be 1 to 32 of a-z, 0-9 and inner dashes");
	if (in->time_zone != NULL && !zone_known(in->time_zone))
		return rq_fail(&c->rq, FAULT_BAD_REQUEST,
		               "--time-zone must be an IANA zone, such as Europe/Berlin");
	if (in->currency != NULL && !currency_valid(str_of(in->currency)))
		return rq_fail(&c->rq, FAULT_BAD_REQUEST,
		               "--currency must be of ISO 4217, such as EUR");
	if (in->language != NULL && !lang_tag_valid(str_of(in->language)))
		return rq_fail(&c->rq, FAULT_BAD_REQUEST,
		               "--language must be a language tag, such as en");
	return FAULT_NONE;
}

static enum fault
company_add(struct cmd *c)
{
	static const char *const columns[] = { "id", "slug", "name" };
	struct company_new in = { 0 };
	const struct cmd_option options[] = {
		{ "slug", &in.slug, NULL, true },
		{ "name", &in.name, NULL, true },
		{ "time-zone", &in.time_zone, NULL, false },
		{ "currency", &in.currency, NULL, false },
		{ "language", &in.language, NULL, false },
	};
	struct uuid id;
	enum fault e = CMD_OPTIONS(c, options);

	if (!e)
		e = company_check(c, &in);
	if (!e)
		e = company_create(&c->rq, &in, &id);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, false);
	cmd_row(c, (const char *const[]){ cmd_id(c, id), in.slug, in.name });
	return FAULT_NONE;
}

static enum fault
put_company(struct rq *rq, void *row, void *arg)
{
	const struct company_view *v = row;
	struct cmd *c = arg;

	(void)rq;
	cmd_row(c, (const char *const[]){ cmd_id(c, v->id), v->slug, v->name,
	                                  v->active ? "active" : "suspended", v->time_zone,
	                                  v->currency, v->language, cmd_time(c, v->created_at) });
	return FAULT_NONE;
}

static enum fault
company_list(struct cmd *c)
{
	static const char *const columns[] = { "id",        "slug",     "name",     "state",
		                               "time_zone", "currency", "language", "created_at" };
	enum fault e = cmd_options(c, NULL, 0);

	if (e)
		return e;
	CMD_COLUMNS(c, columns, true);
	return company_each(&c->rq, put_company, c);
}

static enum fault
company_state(struct cmd *c, bool active)
{
	const char *slug = NULL;
	const struct cmd_option options[] = { { "slug", &slug, NULL, true } };
	enum fault e = CMD_OPTIONS(c, options);

	if (!e)
		e = cmd_company_of(c, slug);
	return e ? e : company_set_active(&c->rq, active);
}

static enum fault
company_suspend(struct cmd *c)
{
	return company_state(c, false);
}

static enum fault
company_activate(struct cmd *c)
{
	return company_state(c, true);
}

int
cmd_company(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = { { "add", company_add },
		                                 { "list", company_list },
		                                 { "suspend", company_suspend },
		                                 { "activate", company_activate },
		                                 { NULL, NULL } };
	static const char usage[] =
	    "Usage: rostra company add --slug SLUG --name NAME [--time-zone ZONE]\n"
	    "                          [--currency CODE] [--language TAG]\n"
	    "       rostra company list\n"
	    "       rostra company suspend|activate --slug SLUG\n"
	    "\n"
	    "Nobody of a suspended company is let in, within seconds; its links go on.\n"
	    "--json prints JSON.\n";

	return cmd_run(app, argc, argv, verbs, usage);
}

/* --- person -------------------------------------------------------------------------------------
 */

static enum fault
person_check(struct cmd *c, const struct person_new *in)
{
	struct str domain = str_of(in->email), local;

	(void)str_split(&domain, '@', &local);
	if (domain.s == NULL || local.n == 0 || domain.n < 3 || str_of(in->email).n > 254 ||
	    !str_ascii(str_of(in->email)))
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "--email must be an e-mail address");
	if (in->time_zone != NULL && !zone_known(in->time_zone))
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "--time-zone must be an IANA zone");
	if (in->language != NULL && !lang_tag_valid(str_of(in->language)))
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "--language must be a language tag");
	return FAULT_NONE;
}

static enum fault
person_add(struct cmd *c)
{
	static const char *const columns[] = { "id", "email", "name", "role" };
	struct person_new in = { .role = ROLE_MEMBER };
	const char *company = NULL, *role = NULL;
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "email", &in.email, NULL, true },
		{ "name", &in.display_name, NULL, true },
		{ "given-name", &in.given_name, NULL, false },
		{ "family-name", &in.family_name, NULL, false },
		{ "role", &role, NULL, false },
		{ "language", &in.language, NULL, false },
		{ "time-zone", &in.time_zone, NULL, false },
		{ "job-title", &in.job_title, NULL, false },
		{ "department", &in.department, NULL, false },
		{ "location", &in.location, NULL, false },
	};
	struct uuid id;
	enum fault e = CMD_OPTIONS(c, options);

	if (!e && role != NULL)
		e = cmd_word(c, "role", role, role_names, &in.role);
	if (!e)
		e = person_check(c, &in);
	if (!e)
		e = cmd_company_of(c, company);
	if (e)
		return e;
	in.email = str_lower(c->rq.arena, str_of(in.email));
	e = person_create(&c->rq, &in, &id);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, false);
	cmd_row(c, (const char *const[]){ cmd_id(c, id), in.email, in.display_name,
	                                  role_names[in.role] });
	return FAULT_NONE;
}

static enum fault
put_person(struct rq *rq, void *row, void *arg)
{
	const struct person_view *v = row;
	struct cmd *c = arg;

	(void)rq;
	cmd_row(c, (const char *const[]){ cmd_id(c, v->id), v->email, v->display_name,
	                                  role_names[v->role], v->active ? "active" : "deactivated",
	                                  v->department, v->location });
	return FAULT_NONE;
}

static enum fault
person_list(struct cmd *c)
{
	static const char *const columns[] = { "id",    "email",      "name",    "role",
		                               "state", "department", "location" };
	enum fault e = cmd_company_only(c);

	if (e)
		return e;
	CMD_COLUMNS(c, columns, true);
	return person_each(&c->rq, put_person, c);
}

static enum fault
named_person(struct cmd *c, const char **role, struct uuid *ret_id)
{
	const char *company = NULL, *person = NULL;
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "person", &person, NULL, true },
		{ "role", role, NULL, true },
	};
	enum fault e = cmd_options(c, options, role != NULL ? 3 : 2);

	if (!e)
		e = cmd_company_of(c, company);
	return e ? e : cmd_person_of(c, person, ret_id);
}

static enum fault
person_role(struct cmd *c)
{
	const char *text = NULL;
	struct uuid id;
	int role = 0;
	enum fault e = named_person(c, &text, &id);

	if (!e)
		e = cmd_word(c, "role", text, role_names, &role);
	return e ? e : person_set_role(&c->rq, id, (enum role)role);
}

static enum fault
person_out(struct cmd *c)
{
	struct uuid id;
	enum fault e = named_person(c, NULL, &id);

	return e ? e : person_deactivate(&c->rq, id);
}

static enum fault
person_in(struct cmd *c)
{
	struct uuid id;
	enum fault e = named_person(c, NULL, &id);

	return e ? e : person_activate(&c->rq, id);
}

/* --- rights of a person --- */

static bool
write_out(void *arg, const char *s, size_t n)
{
	return fwrite(s, 1, n, arg) == n;
}

static enum fault
export_to(struct cmd *c, const char *path, struct uuid person)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");
	struct buf out = { .flush = write_out, .flush_arg = file, .high_water = 65536 };
	enum fault e;

	if (file == NULL)
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "--output %s: %s", path, strerror(errno));
	e = privacy_export(&c->rq, person, true, &out);
	if (!buf_flush(&out) && !e)
		e = rq_fail(&c->rq, FAULT_BAD_REQUEST, "--output %s: %s", path, strerror(errno));
	buf_free(&out);
	if (fclose(file) != 0 && !e)
		e = rq_fail(&c->rq, FAULT_BAD_REQUEST, "--output %s: %s", path, strerror(errno));
	if (e)
		(void)unlink(path);
	return e;
}

static enum fault
person_export(struct cmd *c)
{
	const char *company = NULL, *person = NULL, *output = NULL;
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "person", &person, NULL, true },
		{ "output", &output, NULL, true },
	};
	struct uuid id;
	enum fault e = CMD_OPTIONS(c, options);

	if (!e)
		e = cmd_company_of(c, company);
	if (!e)
		e = cmd_person_of(c, person, &id);
	return e ? e : export_to(c, output, id);
}

static enum fault
person_erase(struct cmd *c)
{
	struct uuid id;
	enum fault e = named_person(c, NULL, &id);

	return e ? e : privacy_erase(&c->rq, id);
}

int
cmd_person(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = {
		{ "add", person_add },     { "list", person_list },
		{ "role", person_role },   { "deactivate", person_out },
		{ "activate", person_in }, { "export", person_export },
		{ "erase", person_erase }, { NULL, NULL },
	};
	static const char usage[] =
	    "Usage: rostra person add --company SLUG --email ADDRESS --name NAME [--role ROLE]\n"
	    "                         [--given-name NAME] [--family-name NAME] [--language TAG]\n"
	    "                         [--time-zone ZONE] [--job-title TITLE] [--department NAME]\n"
	    "                         [--location PLACE]\n"
	    "       rostra person list --company SLUG\n"
	    "       rostra person role --company SLUG --person EMAIL|ID --role ROLE\n"
	    "       rostra person deactivate|activate --company SLUG --person EMAIL|ID\n"
	    "       rostra person export --company SLUG --person EMAIL|ID --output FILE\n"
	    "       rostra person erase --company SLUG --person EMAIL|ID\n"
	    "\n"
	    "Roles: member, curator, manager, admin. Who is deactivated is let in no more, within\n"
	    "seconds; their shares keep counting. export writes all that is kept of them as a ZIP\n"
	    "into a new file, private words, too: it is theirs. erase forgets them at once and\n"
	    "for good: what counts stays, nameless.\n"
	    "--json prints JSON.\n";

	return cmd_run(app, argc, argv, verbs, usage);
}
