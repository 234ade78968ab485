-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE job (
  name        VARCHAR(40) CHARACTER SET ascii NOT NULL COMMENT 'of the job table in src/jobs',
  owner       VARCHAR(64) CHARACTER SET ascii NULL COMMENT 'who runs it',
  lease_until DATETIME(6) NULL COMMENT 'UTC; another may take it after this',
  last_run_at DATETIME(6) NULL COMMENT 'UTC; last time it ended well',
  last_error  VARCHAR(240) NULL COMMENT 'of the last failed run',
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Recurring work and who holds it';
