-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE idempotency (
  company_id  UUID        NOT NULL COMMENT 'company.id',
  caller_id   UUID        NOT NULL COMMENT 'person.id or api_key.id',
  key_sha256  BINARY(32)  NOT NULL COMMENT 'of method, path and Idempotency-Key',
  body_sha256 BINARY(32)  NOT NULL COMMENT 'of the body it came with',
  status      SMALLINT UNSIGNED NOT NULL COMMENT 'of the kept answer',
  reply_type  VARCHAR(40) CHARACTER SET ascii NOT NULL COMMENT 'media type of the kept answer',
  reply       MEDIUMBLOB  NOT NULL COMMENT 'the kept answer, byte for byte',
  created_at  DATETIME(6) NOT NULL COMMENT 'UTC; kept 7 days',
  PRIMARY KEY (company_id, caller_id, key_sha256),
  KEY idempotency_age (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Answers kept for retries, written in the transaction of the effect';
