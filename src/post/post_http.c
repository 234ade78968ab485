/* SPDX-License-Identifier: Apache-2.0 */
/* post_http.c - routes of post. */
#include "rostra/post.h"

const struct route_table post_routes = { "post", NULL, 0 };
