/* SPDX-License-Identifier: Apache-2.0 */
/* sign_in_http.h - the handlers of sign_in_http.c and logout_http.c, for the rows of
 * identity_http.c. */
#ifndef ROSTRA_SIGN_IN_HTTP_H
#define ROSTRA_SIGN_IN_HTTP_H

#include "identity_int.h"

extern const struct j_schema sign_in_start_schema, providers_find_query, provider_hit_schema;
enum fault handle_providers_find(struct rq *rq, struct call *call, void *reply);
enum fault handle_auth_start(struct rq *rq, struct call *call, void *reply);
enum fault handle_auth_callback(struct rq *rq, struct call *call, void *reply);
enum fault handle_jwks(struct rq *rq, struct call *call, void *reply); /* client_key.c */
enum fault handle_signed_out(struct rq *rq, struct call *call, void *reply);
enum fault handle_backchannel_logout(struct rq *rq, struct call *call, void *reply);
/* 302; and the page for whoever cannot be sent on (title and text as HTML). */
enum fault send_on(struct call *c, const char *location);
enum fault page_of(struct call *c, int status, const char *title, const char *text);
/* Binds a sign-in to the browser. */
void set_sign_in_cookie(struct rq *rq, struct call *c, const char *value, int seconds);
/* Once or not at all: false for a parameter that comes twice, which could be read in two ways. */
bool form_once(struct rq *rq, struct str form, const char *name, struct str *out);

#endif
