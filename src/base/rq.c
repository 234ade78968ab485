/* SPDX-License-Identifier: Apache-2.0 */
/* rq.c - small questions about a unit of work. */
#include "rostra/rq.h"

#include "rostra/caller.h"

struct uuid
rq_company(const struct rq *rq)
{
	return rq->who->company;
}
