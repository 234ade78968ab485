/* SPDX-License-Identifier: Apache-2.0 */
/* warm.c - the connection of whoever works for many. */
#include <stdatomic.h>

#include "rostra/clock.h"
#include "rostra/shared.h"

#include "db_int.h"

/* A transaction that is open for long is ended by the server with its connection
 * (idle_transaction_timeout): the next one begins early, which saves a round trip of about twelve,
 * only where so many came at once, one after another. */
enum { AT_ONCE_US = 20000, AT_ONCE = 8 };

static bool
is_busy(struct db *warm)
{
	const bool at_once = clock_monotonic_us() - warm->used_us < AT_ONCE_US;

	warm->at_once = at_once ? warm->at_once + 1 : 0;
	return warm->at_once >= AT_ONCE;
}

struct db *
db_warm_begin(struct rq *rq, bool only_tx)
{
	struct db *own = rq->db;
	struct db *warm = atomic_exchange(&rq->shared->warm, NULL);

	if (warm) {
		warm->chains = is_busy(warm) && only_tx;
		rq->db = warm;
	}
	return own;
}

void
db_warm_end(struct rq *rq, struct db *own)
{
	if (rq->db != own)
		atomic_store(&rq->shared->warm, rq->db);
	rq->db = own;
}
