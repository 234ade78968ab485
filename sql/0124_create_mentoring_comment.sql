-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE mentoring_comment (
  company_id   UUID          NOT NULL COMMENT 'company.id',
  mentoring_id UUID          NOT NULL COMMENT 'mentoring.id',
  item_id      UUID          NOT NULL COMMENT 'mentoring_item.id',
  id           UUID          NOT NULL COMMENT 'UUIDv7',
  author_id    UUID          NOT NULL COMMENT 'person.id of either',
  text         VARCHAR(1000) NOT NULL COMMENT 'PII',
  created_at   DATETIME(6)   NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, mentoring_id, item_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What is said about a goal or a task';
