/* SPDX-License-Identifier: Apache-2.0 */
/* report_query_int.h - fields of struct report_query that the queries of several reports have. */
#ifndef ROSTRA_REPORT_QUERY_INT_H
#define ROSTRA_REPORT_QUERY_INT_H

#include "report_int.h"

/* clang-format off */
#define PERIOD_FIELDS \
	J_TEXT(struct report_query, from, J_DATE, 10, 10, .help = "Local date, included; default 30 days before to"), \
	J_TEXT(struct report_query, to, J_DATE, 10, 10, .help = "Local date, excluded; default tomorrow"), \
	J_TEXT(struct report_query, time_zone, J_ZONE, 1, 64, .help = "IANA zone of the dates; default the company's")
#define MODEL_FIELDS \
	J_WORD(struct report_query, path, 0, path_rule_names, PATH_ALL, \
		.help = "collapsed: of touches of one participant in a row, the first counts"), \
	J_TEXT(struct report_query, window, 0, 2, 8, \
		.help = "Look-back such as 30d, at most 730d, both ends included; default the campaign's, else the company's"), \
	J_INT64(struct report_query, window_days, 0, 0, REPORT_WINDOW_MAX, J_NO_INT, .help = "The same in days"), \
	J_DECIMAL(struct report_query, first, 0, .max = CREDIT_WHOLE, .help = "position: part of the first touch, default 0.4"), \
	J_DECIMAL(struct report_query, last, 0, .max = CREDIT_WHOLE, .help = "position: part of the last touch, default 0.4"), \
	J_TEXT(struct report_query, half_life, 0, 2, 8, .help = "time_decay: such as 7d (default) or 36h, from 1h to 3650d")
#define ONE_MODEL_FIELDS \
	J_WORD(struct report_query, model, 0, touch_model_names, MODEL_LINEAR, \
		.help = "markov credits participants of all paths together and has no rows"), MODEL_FIELDS, \
	J_WORD(struct report_query, group, 0, dimension_names, BY_PERSON, \
		.help = "Whose rows; who is a participant, for model=shapley and path=collapsed")
/* clang-format on */

#endif
