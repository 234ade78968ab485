/* SPDX-License-Identifier: Apache-2.0 */
/* sign_out.c - a sign-out that began here goes on at the provider: OpenID Connect RP-Initiated
 * Logout 1.0. */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/conf.h"
#include "rostra/outbound.h"

#include "identity_int.h"

enum fault
sign_out_check(struct rq *rq, const struct sign_out *in)
{
	enum fault e = FAULT_NONE;

	if (in->redirect_uri != NULL &&
	    (!printable(in->redirect_uri) ||
	     !redirect_uri_registered(rq->conf->app_redirect_uris, in->redirect_uri)))
		e = problem_add(&rq->problem, "#/redirect_uri", "is not registered");
	if (in->state != NULL && !printable(in->state))
		e = problem_add(&rq->problem, "#/state", "must be printable ASCII");
	if ((in->state == NULL) != (in->redirect_uri == NULL))
		e = problem_add(&rq->problem, in->state == NULL ? "#/state" : "#/redirect_uri",
		                "is required: redirect_uri and state come together");
	return e;
}

/* Of the company; *ret_on false: it is gone, off, or offers no sign-out. */
static enum fault
find_provider(struct rq *rq, const struct sign_out *in, struct provider_row *p, struct discovery *d,
              bool *ret_on)
{
	enum fault e = provider_sql_get(rq, in->company, in->provider, p);

	*ret_on = false;
	if (e == FAULT_NOT_FOUND) {
		problem_reset(&rq->problem);
		return FAULT_NONE;
	}
	if (e || p->v.state != PROVIDER_ON)
		return e;
	e = discovery_get(rq, p, d, ret_on);
	*ret_on = !e && *ret_on && d->end_session_endpoint != NULL;
	return e;
}

/* The way back, kept under the state that the provider gives back. */
static enum fault
add_way_back(struct rq *rq, const struct sign_out *in, const char **form)
{
	const char *state = random_text(rq);
	struct sign_out_row row = {
		.company_id = in->company,
		.redirect_uri = in->redirect_uri,
		.app_state = in->state,
		.expires_at = rq->now_us + SIGN_OUT_S * US_PER_S,
	};

	set_digest(row.state_sha256, state);
	*form = form_add(rq->arena, *form, "post_logout_redirect_uri",
	                 arena_printf(rq->arena, "%s/v1/auth/signed-out", rq->conf->public_url));
	*form = form_add(rq->arena, *form, "state", state);
	return sign_out_sql_insert(rq, &row);
}

enum fault
sign_out_begin(struct rq *rq, const struct sign_out *in, const char **ret_url)
{
	const struct sealed_place at = session_place(in->company, in->session);
	const char *form, *id_token;
	struct provider_row p;
	struct discovery d;
	bool on;
	enum fault e = find_provider(rq, in, &p, &d, &on);

	*ret_url = NULL;
	if (e || !on)
		return e;
	form = form_add(rq->arena, "", "client_id", p.v.client_id);
	id_token = identity_open(rq, &at, in->id_token);
	if (id_token != NULL)
		form = form_add(rq->arena, form, "id_token_hint", id_token);
	if (in->redirect_uri != NULL)
		e = add_way_back(rq, in, &form);
	if (!e)
		*ret_url = with_query(rq, d.end_session_endpoint, form);
	return e;
}

struct returning {
	struct sha256 state;
	struct sign_out_row row;
	bool found;
};

static enum fault
take_tx(struct rq *rq, void *arg)
{
	struct returning *r = arg;

	return sign_out_sql_take(rq, r->state, &r->row, &r->found);
}

enum fault
sign_out_end(struct rq *rq, struct str state, const char **ret_location)
{
	struct returning r = { .found = false };
	enum fault e;

	*ret_location = NULL;
	if (state.n != CHALLENGE_CHARS)
		return FAULT_NONE;
	r.state = sha256_of(state.s, state.n);
	e = db_tx(rq, take_tx, &r);
	if (!e && r.found && r.row.expires_at > rq->now_us)
		*ret_location = with_query(rq, r.row.redirect_uri,
		                           form_add(rq->arena, "", "state", r.row.app_state));
	return e;
}
