-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE change_log (
  company_id UUID        NOT NULL COMMENT 'company.id',
  seq        BIGINT UNSIGNED NOT NULL COMMENT 'from company_seq, inside the transaction: commit order',
  kind       ENUM('post','channel','share','me') NOT NULL COMMENT 'what changed',
  object_id  UUID        NOT NULL COMMENT 'its id',
  op         ENUM('upsert','delete') NOT NULL COMMENT 'what to do with the copy',
  person_id  UUID        NULL COMMENT 'whose phone it concerns; NULL: the whole audience',
  changed_at DATETIME(6) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, seq),
  KEY change_log_person (company_id, person_id, seq),
  KEY change_log_age (changed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Whatever a phone caches and what happened to it';
