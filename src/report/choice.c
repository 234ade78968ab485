/* SPDX-License-Identifier: Apache-2.0 */
/* choice.c - the models of a query with their parameters, and the window. */
#include "report_int.h"

enum { POSITION_DEFAULT = 400000, HALF_LIFE_DAYS = 7, HALF_LIFE_DAYS_MAX = 3650 };

const char *const path_rule_names[PATH_RULE__MAX + 1] = {
	[PATH_ALL] = "all",
	[PATH_COLLAPSED] = "collapsed",
};

struct model_params
model_defaults(void)
{
	return (struct model_params){ POSITION_DEFAULT, POSITION_DEFAULT,
		                      HALF_LIFE_DAYS * US_PER_DAY };
}

/* "30d", "36h": a whole number of days or hours, less than a thousand years. */
static bool
parse_duration(const char *text, int64_t *ret_us)
{
	struct str number = str_of(text);
	int64_t n = 0, unit = 0;

	if (number.n < 2)
		return false;
	number.n--;
	if (number.s[number.n] == 'd')
		unit = US_PER_DAY;
	else if (number.s[number.n] == 'h')
		unit = US_PER_DAY / 24;
	if (unit == 0 || !str_int64(number, &n) || n < 0 || n > 365000)
		return false;
	*ret_us = n * unit;
	return true;
}

static enum fault
choose_window(struct rq *rq, const struct report_query *q, struct report_ask *ask)
{
	int64_t us = 0;

	ask->window_days = q->window_days;
	if (q->window == NULL)
		return FAULT_NONE;
	if (q->window_days != J_NO_INT)
		return report_wrong(rq, "?window", "does not go with window_days");
	if (!parse_duration(q->window, &us) || us % US_PER_DAY != 0 ||
	    us / US_PER_DAY > REPORT_WINDOW_MAX)
		return report_wrong(rq, "?window", "must be whole days, from 0d to 730d");
	ask->window_days = us / US_PER_DAY;
	return FAULT_NONE;
}

static bool
chosen(const struct report_ask *ask, enum model model)
{
	for (size_t i = 0; i < ask->n_models; i++) {
		if (ask->model[i] == model)
			return true;
	}
	return false;
}

static enum fault
choose_ends(struct rq *rq, const struct report_query *q, struct report_ask *ask)
{
	struct model_params *p = &ask->params;
	bool position = chosen(ask, MODEL_POSITION);

	if (q->first != J_NO_INT && !position)
		return report_wrong(rq, "?first", "goes with the model position only");
	if (q->last != J_NO_INT && !position)
		return report_wrong(rq, "?last", "goes with the model position only");
	if (q->first != J_NO_INT)
		p->first = q->first;
	if (q->last != J_NO_INT)
		p->last = q->last;
	if (p->first + p->last > CREDIT_WHOLE)
		return report_wrong(rq, q->first != J_NO_INT ? "?first" : "?last",
		                    "first and last (0.4 unless given) must not exceed 1 together");
	return FAULT_NONE;
}

static enum fault
choose_half_life(struct rq *rq, const struct report_query *q, struct report_ask *ask)
{
	int64_t *us = &ask->params.half_life_us;

	if (q->half_life == NULL)
		return FAULT_NONE;
	if (!chosen(ask, MODEL_DECAY))
		return report_wrong(rq, "?half_life", "goes with the model time_decay only");
	if (!parse_duration(q->half_life, us) || *us == 0 || *us > HALF_LIFE_DAYS_MAX * US_PER_DAY)
		return report_wrong(rq, "?half_life",
		                    "must be days or hours such as 7d or 36h, from 1h to 3650d");
	return FAULT_NONE;
}

enum fault
report_choose(struct rq *rq, const struct report_query *q, struct report_ask *ask)
{
	uint32_t set = q->models != 0 ? q->models : UINT32_C(1) << q->model;
	enum fault e;

	for (int m = 0; m < MODEL__MAX; m++) {
		if ((set >> m & 1) == 0)
			continue;
		ask->model[ask->n_models++] = (enum model)m;
		ask->markov |= m == MODEL_MARKOV;
		ask->milestones |= model_needs_milestones((enum model)m);
	}
	ask->path = (enum path_rule)q->path;
	ask->params = model_defaults();
	if (ask->markov && !uuid_is_zero(ask->viewer))
		return report_wrong(
		    rq, "?model",
		    "markov is of all paths of the company, which a manager does not see");
	e = choose_window(rq, q, ask);
	if (!e)
		e = choose_ends(rq, q, ask);
	return e ? e : choose_half_life(rq, q, ask);
}
