-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE person_follow (
  company_id  UUID        NOT NULL COMMENT 'company.id',
  follower_id UUID        NOT NULL COMMENT 'PII (delete row); person.id who follows',
  followed_id UUID        NOT NULL COMMENT 'PII of followed_id (delete row); person.id whose doings the follower reads',
  followed_at DATETIME(6) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, follower_id, followed_id),
  KEY person_follow_followed (company_id, followed_id, follower_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Who follows which colleague';
