-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE post_stat (
  company_id UUID NOT NULL COMMENT 'company.id',
  post_id    UUID NOT NULL COMMENT 'post.id',
  shares     INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'active shares, by the outbox',
  sharers    INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'distinct people among them',
  counted_at DATETIME(6) NOT NULL COMMENT 'UTC; as of',
  PRIMARY KEY (company_id, post_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Roll-up of share a post; can be rebuilt';
