/* SPDX-License-Identifier: Apache-2.0 */
/* jobs_table.h - the one list of recurring jobs and of what the outbox causes. */
#ifndef ROSTRA_JOBS_TABLE_H
#define ROSTRA_JOBS_TABLE_H

#include "rostra/jobs.h"

extern const struct jobs_plan app_jobs;

#endif
