/* SPDX-License-Identifier: Apache-2.0 */
/* fault.h - every way a unit of work can fail; the only place where an HTTP status is written. */
#ifndef ROSTRA_FAULT_H
#define ROSTRA_FAULT_H

#include <stddef.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))

/*
 *   name             status  code (stable, for programs)   title (RFC 9457 "title", for people)
 * The problem type is "/problems/" + code with '-' for '_'.
 */
/* clang-format off */
#define FAULTS(X)                                                                               \
	X(NONE,                 200, "ok",                      "OK")                               \
	X(NOT_MODIFIED,         304, "not_modified",            "Not modified")                     \
	X(BAD_REQUEST,          400, "malformed_request",       "The request is malformed")         \
	X(BAD_JSON,             400, "malformed_json",          "The body is not valid JSON")       \
	X(BAD_QUERY,            400, "invalid_query",           "A query parameter is not acceptable") \
	X(CURSOR,               400, "cursor_invalid",          "The cursor is not valid for this list") \
	X(GRANT,                400, "invalid_grant",           "Sign in again")                    \
	X(UNAUTHENTICATED,      401, "unauthenticated",         "A valid access token is needed")   \
	X(FORBIDDEN,            403, "forbidden",               "The caller may not do this")       \
	X(UPGRADE_CLIENT,       403, "client_upgrade_required", "This app version is no longer supported") \
	X(CONSENT,              403, "consent_required",        "A text must be accepted first")    \
	X(NOT_FOUND,            404, "not_found",               "No such resource")                 \
	X(METHOD,               405, "method_not_allowed",      "The resource does not have this method") \
	X(CONFLICT,             409, "conflict",                "The current state forbids this")   \
	X(ID_CONFLICT,          409, "id_conflict",             "The id is taken by something else") \
	X(VERSION_CONFLICT,     409, "version_conflict",        "Someone else changed it first")    \
	X(OUT_OF_STOCK,         409, "out_of_stock",            "There is none left")               \
	X(NOT_ENOUGH_POINTS,    409, "not_enough_points",       "More points are needed")           \
	X(IN_FLIGHT,            409, "idempotency_in_flight",   "The same request is still running") \
	X(GONE,                 410, "gone",                    "The resource is no longer there")  \
	X(SYNC_EXPIRED,         410, "sync_token_expired",      "Start again with a full sync")     \
	X(PRECONDITION,         412, "precondition_failed",     "The resource is another version now") \
	X(TOO_LARGE,            413, "too_large",               "The body is too large")            \
	X(MEDIA_TYPE,           415, "unsupported_media_type",  "The body has the wrong type")      \
	X(INVALID,              422, "invalid_fields",          "Some fields are not acceptable")   \
	X(IDEMPOTENCY_MISMATCH, 422, "idempotency_mismatch",    "The key was used with another body") \
	X(RATE,                 429, "quota_exceeded",          "Too many requests")                \
	X(INTERNAL,             500, "internal",                "The server failed")                \
	X(NOT_IMPLEMENTED,      501, "not_implemented",         "The service does not do this")     \
	X(BUSY,                 503, "try_again",               "The server is busy")               \
	X(UNKNOWN_OUTCOME,      503, "unknown_outcome",         "It is not known whether this was done; repeat it") \
	X(RESTART,              503, "restart",                 "The transaction must start again") /* never leaves db_tx */
/* clang-format on */

enum fault {
#define X(name, status, code, title) FAULT_##name,
	FAULTS(X)
#undef X
	FAULT__MAX
};

struct fault_row {
	int         status;
	const char *name; /* "NOT_FOUND", for logs */
	const char *code;
	const char *title;
};

/* The row of a fault; never NULL. */
const struct fault_row *fault_row(enum fault f);

/* One unacceptable field.  pointer: RFC 6901 in the body ("#/title"), or "?name" of a query parameter. */
struct violation {
	const char *pointer;
	const char *detail;
};

enum { PROBLEM_VIOLATIONS_MAX = 32 };

/* Why the current request fails.  The first failure wins; violations add up (those past the limit are counted only). */
struct problem {
	enum fault       code;
	char             detail[240];   /* shown to the client: no SQL, no secret */
	char             internal[240]; /* for the log only: cause, MariaDB error number */
	struct violation viol[PROBLEM_VIOLATIONS_MAX];
	size_t           n_viol;
	int              retry_after_s; /* 0: not sent */
};

/* Sets code and detail unless a failure is set already; answers the code that stands. */
enum fault problem_set(struct problem *p, enum fault code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The cause for the log; the first one stays. */
void problem_internal(struct problem *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Adds a violation and sets FAULT_INVALID.  Both strings are kept, not copied: literals or arena memory. */
enum fault problem_add(struct problem *p, const char *pointer, const char *detail);
/* Forgets everything: for a transaction that starts again. */
void problem_reset(struct problem *p);

#endif
