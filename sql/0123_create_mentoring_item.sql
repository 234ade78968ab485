-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE mentoring_item (
  company_id   UUID          NOT NULL COMMENT 'company.id',
  mentoring_id UUID          NOT NULL COMMENT 'mentoring.id',
  id           UUID          NOT NULL COMMENT 'UUIDv7 made by the client: the order of lists',
  author_id    UUID          NOT NULL COMMENT 'person.id of either',
  kind         ENUM('goal','task') NOT NULL COMMENT 'what to reach, or what to do for it',
  text         VARCHAR(1000) NOT NULL COMMENT 'PII',
  due_on       DATE          NULL COMMENT 'day on the mentee''s calendar',
  done_at      DATETIME(6)   NULL COMMENT 'UTC',
  version      BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes',
  created_at   DATETIME(6)   NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, mentoring_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Goals and tasks of a mentoring';
