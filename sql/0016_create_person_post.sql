-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE person_post (
  company_id      UUID        NOT NULL COMMENT 'company.id',
  person_id       UUID        NOT NULL COMMENT 'person.id',
  post_id         UUID        NOT NULL COMMENT 'post.id',
  seen_at         DATETIME(6) NULL COMMENT 'UTC; first impression',
  acknowledged_at DATETIME(6) NULL COMMENT 'UTC; of a must-read',
  shared_at       DATETIME(6) NULL COMMENT 'UTC; last share',
  shared_networks INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'bit i: shared to network i and not revoked',
  PRIMARY KEY (company_id, person_id, post_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What a person did with a post';
