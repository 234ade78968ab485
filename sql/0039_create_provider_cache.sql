-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE provider_cache (
  company_id   UUID        NOT NULL COMMENT 'company.id',
  provider_id  UUID        NOT NULL COMMENT 'identity_provider.id',
  discovery    MEDIUMTEXT  NULL COMMENT 'the last good document',
  discovery_at DATETIME(6) NULL COMMENT 'UTC; when it was fetched',
  discovery_tried_at DATETIME(6) NULL COMMENT 'UTC; last attempt to fetch it: one worker at a time, and not too often',
  jwks         MEDIUMTEXT  NULL COMMENT 'the last good keys',
  jwks_at      DATETIME(6) NULL COMMENT 'UTC; when they were fetched',
  tried_at     DATETIME(6) NULL COMMENT 'UTC; last attempt to fetch keys: one worker at a time, and not too often',
  PRIMARY KEY (company_id, provider_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What providers say of themselves, for all workers';
