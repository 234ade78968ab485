/* SPDX-License-Identifier: Apache-2.0 */
/* logout_http.c - sign-outs that began or end at a provider. */
#include "rostra/arena.h"
#include "rostra/caller.h"
#include "rostra/logout_token.h"

#include "sign_in_http.h"

enum fault
handle_backchannel_logout(struct rq *rq, struct call *call, void *reply)
{
	struct logout_notice in = { .company = call->text[0] };
	char *form = arena_alloc(rq->arena, LOGOUT_FORM_BYTES_MAX, 1);
	size_t n = 0;
	long got;

	(void)reply;
	do {
		got = http_read(call, form + n, LOGOUT_FORM_BYTES_MAX - n);
		n += got > 0 ? (size_t)got : 0;
	} while (got > 0 && n < LOGOUT_FORM_BYTES_MAX);
	if (got < 0)
		return rq_fail(rq, FAULT_BAD_REQUEST,
		               "The body is not as long as it was said to be.");
	if (!form_once(rq, (struct str){ form, n }, "logout_token", &in.token) || in.token.n == 0)
		return rq_fail(rq, FAULT_BAD_REQUEST, "One logout_token is needed.");
	return logout_heed(rq, &in);
}

enum fault
handle_signed_out(struct rq *rq, struct call *call, void *reply)
{
	const char *location = NULL;
	struct str state;
	enum fault e = FAULT_NONE;

	(void)reply;
	if (form_once(rq, call->query_text, "state", &state))
		e = sign_out_end(rq, state, &location);
	if (e)
		return e;
	if (location == NULL)
		return page_of(call, 404, "You are signed out", "You may close this page.");
	return send_on(call, location);
}
