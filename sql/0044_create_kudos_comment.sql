-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE kudos_comment (
  company_id UUID          NOT NULL COMMENT 'company.id',
  kudos_id   UUID          NOT NULL COMMENT 'kudos.id',
  id         UUID          NOT NULL COMMENT 'UUIDv7',
  person_id  UUID          NOT NULL COMMENT 'person.id who wrote it',
  text       VARCHAR(4000) NOT NULL COMMENT 'PII; 1-500 graphemes',
  created_at DATETIME(6)   NOT NULL COMMENT 'UTC',
  edited_at  DATETIME(6)   NULL COMMENT 'UTC; last change by its author',
  version    BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes',
  PRIMARY KEY (company_id, kudos_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What people say about a kudos';
