/* SPDX-License-Identifier: Apache-2.0 */
/* discovery.c - what the service can (RFC 7643 5 to 7): Entra reads it to test the connection. */
#include "scim_int.h"

/* clang-format off */
const char scim_config_json[] =
	"{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig\"],"
	"\"patch\":{\"supported\":true},\"bulk\":{\"supported\":false,\"maxOperations\":0,\"maxPayloadSize\":0},"
	"\"filter\":{\"supported\":true,\"maxResults\":200},\"changePassword\":{\"supported\":false},"
	"\"sort\":{\"supported\":false},\"etag\":{\"supported\":true},"
	"\"authenticationSchemes\":[{\"type\":\"oauthbearertoken\",\"name\":\"Bearer key\","
	"\"description\":\"A secret key with the scope scim\",\"primary\":true}],"
	"\"meta\":{\"resourceType\":\"ServiceProviderConfig\",\"location\":\"/scim/v2/ServiceProviderConfig\"}}";

#define NO_MORE { NULL, NULL }

const struct scim_document scim_types[] = {
	{ "User",
	"{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ResourceType\"],\"id\":\"User\",\"name\":\"User\","
	"\"endpoint\":\"/Users\",\"schema\":\"" SCIM_USER_URN "\",\"schemaExtensions\":[{\"schema\":\""
	SCIM_ENTERPRISE_URN "\",\"required\":false}],"
	"\"meta\":{\"resourceType\":\"ResourceType\",\"location\":\"/scim/v2/ResourceTypes/User\"}}" },
	{ "Group",
	"{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ResourceType\"],\"id\":\"Group\",\"name\":\"Group\","
	"\"endpoint\":\"/Groups\",\"schema\":\"" SCIM_GROUP_URN "\","
	"\"meta\":{\"resourceType\":\"ResourceType\",\"location\":\"/scim/v2/ResourceTypes/Group\"}}" },
	NO_MORE,
};

#define ATTRIBUTE(name, type, more)                                                             \
	"{\"name\":\"" name "\",\"type\":\"" type "\"," more                                          \
	",\"mutability\":\"readWrite\",\"returned\":\"default\"}"
#define TEXT(name) ATTRIBUTE(name, "string", "\"multiValued\":false,\"required\":false,\"caseExact\":false,\"uniqueness\":\"none\"")
#define UNIQUE(name) ATTRIBUTE(name, "string", "\"multiValued\":false,\"required\":true,\"caseExact\":false,\"uniqueness\":\"server\"")
#define EXACT(name) ATTRIBUTE(name, "string", "\"multiValued\":false,\"required\":false,\"caseExact\":true,\"uniqueness\":\"none\"")
#define FLAG(name) ATTRIBUTE(name, "boolean", "\"multiValued\":false,\"required\":false")
#define PARTS(name, many, parts) ATTRIBUTE(name, "complex", "\"multiValued\":" many ",\"required\":false,\"subAttributes\":[" parts "]")
#define SCHEMA(urn, name, what, list)                                                           \
	{ urn, "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Schema\"],\"id\":\"" urn "\",\"name\":\"" name \
	"\",\"description\":\"" what "\",\"attributes\":[" list "],"                                  \
	"\"meta\":{\"resourceType\":\"Schema\",\"location\":\"/scim/v2/Schemas/" urn "\"}}" }

const struct scim_document scim_schemas[] = {
	SCHEMA(SCIM_USER_URN, "User", "A person of the company",
		UNIQUE("userName") "," EXACT("externalId") "," TEXT("displayName") ","
		PARTS("name", "false", TEXT("formatted") "," TEXT("givenName") "," TEXT("familyName")) ","
		FLAG("active") "," TEXT("title") "," TEXT("preferredLanguage") "," TEXT("locale") "," TEXT("timezone") ","
		PARTS("emails", "true", TEXT("value") "," TEXT("type") "," FLAG("primary")) ","
		PARTS("addresses", "true", TEXT("locality") "," TEXT("type"))),
	SCHEMA(SCIM_ENTERPRISE_URN, "EnterpriseUser", "What a company knows of its people",
		TEXT("department") "," TEXT("employeeNumber") "," PARTS("manager", "false", TEXT("value"))),
	SCHEMA(SCIM_GROUP_URN, "Group", "A team",
		UNIQUE("displayName") "," EXACT("externalId") "," PARTS("members", "true", TEXT("value") "," TEXT("display"))),
	NO_MORE,
};
/* clang-format on */
