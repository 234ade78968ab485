/* SPDX-License-Identifier: Apache-2.0 */
/* openapi_int.h - between the files of the OpenAPI document. */
#ifndef ROSTRA_OPENAPI_INT_H
#define ROSTRA_OPENAPI_INT_H

#include "rostra/http.h"

/* `,"responses":{…}`: success, then every problem that the row's own shape can cause. */
void openapi_put_responses(struct buf *b, const struct route *r);
/* `,"components":{…}`: schemas, parameters, headers, responses, security schemes. */
void openapi_put_components(struct buf *b, const struct route_table *tables,
                            const struct j_seen *replies);

#endif
