/* SPDX-License-Identifier: Apache-2.0 */
/* holiday_int.h - between the files of holidays. */
#ifndef ROSTRA_HOLIDAY_INT_H
#define ROSTRA_HOLIDAY_INT_H

#include "badge_int.h"

enum fault holiday_sql_put(struct rq *rq, const struct holiday *h) MUST_CHECK;
enum fault holiday_sql_delete(struct rq *rq, const struct holiday *h) MUST_CHECK;

#endif
