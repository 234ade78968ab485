-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE crm_hook (
  company_id      UUID         NOT NULL COMMENT 'company.id',
  id              UUID         NOT NULL COMMENT 'UUIDv7 made by the client',
  kind            ENUM('hubspot','salesforce','flow') NOT NULL COMMENT 'whose messages it takes, and how they are signed',
  name            VARCHAR(60)  NOT NULL COMMENT 'source of the events that come by it',
  lead_source     VARCHAR(60)  NOT NULL COMMENT 'lead.source: whose ids name the leads',
  token_sha256    BINARY(32)   NOT NULL COMMENT 'of the secret part of its address',
  secret          VARBINARY(560) NULL COMMENT 'sealed, bound to this row; what messages are signed with',
  org_id          VARCHAR(18)  CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'salesforce: the only organisation whose messages are taken',
  amount_property VARCHAR(100) COLLATE utf8mb4_bin NULL COMMENT 'the property that holds the value, in whole units with a point',
  currency        CHAR(3)      CHARACTER SET ascii NULL COMMENT 'ISO 4217; of the values',
  created_at      DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, id),
  UNIQUE KEY crm_hook_token (token_sha256)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Where a CRM tells of stages that leads have reached';
