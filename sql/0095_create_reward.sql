-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE reward (
  company_id   UUID         NOT NULL COMMENT 'company.id',
  id           UUID         NOT NULL COMMENT 'UUIDv7',
  name         VARCHAR(80)  NOT NULL COMMENT 'as people read it',
  description  VARCHAR(500) NULL COMMENT 'what one gets',
  price_tenths BIGINT       NOT NULL COMMENT 'in earned points',
  stock        INT UNSIGNED NOT NULL COMMENT 'how many are left',
  archived_at  DATETIME(6)  NULL COMMENT 'UTC; nobody asks for it any more',
  version      BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes by admins',
  created_at   DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What earned points buy';
