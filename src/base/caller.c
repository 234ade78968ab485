/* SPDX-License-Identifier: Apache-2.0 */
/* caller.c - small questions about who asks. */
#include "rostra/caller.h"

const char *const role_names[ROLE__MAX + 1] = {
	[ROLE_MEMBER] = "member",
	[ROLE_CURATOR] = "curator",
	[ROLE_MANAGER] = "manager",
	[ROLE_ADMIN] = "admin",
};

bool
caller_is_person(const struct caller *c)
{
	return (c->kind & ACCESS_PEOPLE) != 0;
}

enum access
role_access(enum role r)
{
	static const enum access bits[ROLE__MAX] = {
		[ROLE_MEMBER] = ACCESS_MEMBER,
		[ROLE_CURATOR] = ACCESS_CURATOR,
		[ROLE_MANAGER] = ACCESS_MANAGER,
		[ROLE_ADMIN] = ACCESS_ADMIN,
	};

	return (unsigned)r < ROLE__MAX ? bits[r] : ACCESS_UNSET;
}

bool
caller_has_scope(const struct caller *c, const char *scope)
{
	struct str rest = str_of(c->scopes), one;

	while (str_split(&rest, ' ', &one)) {
		if (str_is(one, scope))
			return true;
	}
	return false;
}
