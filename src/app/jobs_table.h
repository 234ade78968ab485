/* SPDX-License-Identifier: Apache-2.0 */
/* jobs_table.h - the one list of recurring jobs and of what the outbox causes. */
#ifndef ROSTRA_JOBS_TABLE_H
#define ROSTRA_JOBS_TABLE_H

#include "rostra/jobs.h"

extern const struct job app_jobs[];
extern const size_t app_n_jobs;
extern const struct outbox_consumer app_consumers[];
extern const size_t app_n_consumers;

#endif
