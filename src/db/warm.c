/* SPDX-License-Identifier: Apache-2.0 */
/* warm.c - the connection of whoever works for many. */
#include <stdatomic.h>

#include "rostra/clock.h"
#include "rostra/shared.h"

#include "db_int.h"

/* A transaction that is open for long is ended by the server with its connection
 * (idle_transaction_timeout): only who comes back at once begins the next one early, which saves a
 * round trip of about twelve. */
enum { CHAIN_US = 20000 };

struct db *
db_warm_begin(struct rq *rq, bool only_tx)
{
	struct db *own = rq->db;
	struct db *warm = atomic_exchange(&rq->shared->warm, NULL);

	if (warm) {
		warm->chains = only_tx && clock_monotonic_us() - warm->used_us < CHAIN_US;
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
