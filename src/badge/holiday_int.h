/* SPDX-License-Identifier: Apache-2.0 */
/* holiday_int.h - between the files of holidays. */
#ifndef ROSTRA_HOLIDAY_INT_H
#define ROSTRA_HOLIDAY_INT_H

#include "badge_int.h"

/* news false: the day was one already, by another name. */
enum fault holiday_sql_put(struct rq *rq, const struct holiday *h, bool *ret_news) MUST_CHECK;
enum fault holiday_sql_delete(struct rq *rq, const struct holiday *h) MUST_CHECK;

#endif
