/* SPDX-License-Identifier: Apache-2.0 */
/* warm.c - the connection of whoever works for many. */
#include <stdatomic.h>

#include "rostra/shared.h"

#include "db_int.h"

struct db *
db_warm_begin(struct rq *rq)
{
	struct db *own = rq->db;
	struct db *warm = atomic_exchange(&rq->shared->warm, NULL);

	if (warm)
		rq->db = warm;
	return own;
}

void
db_warm_end(struct rq *rq, struct db *own)
{
	if (rq->db != own)
		atomic_store(&rq->shared->warm, rq->db);
	rq->db = own;
}
