-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE point_entry (
  company_id  UUID         NOT NULL COMMENT 'company.id',
  person_id   UUID         NOT NULL COMMENT 'person.id whose points these are',
  id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'no gaps promised, no order between people',
  currency    ENUM('allowance','earned') NOT NULL COMMENT 'to give, or got; they never mix',
  period      INT UNSIGNED NOT NULL COMMENT 'allowance: YYYYMM in the company''s zone; earned: 0',
  tenths      BIGINT       NOT NULL COMMENT 'tenths of a point, signed',
  reason      ENUM('allowance_grant','allowance_spent','kudos_received','kudos_given','share_published','human_click','lead','qualified_lead') NOT NULL COMMENT 'why',
  object_id   UUID         NOT NULL COMMENT 'what it is for: kudos, share, lead; of a grant the person',
  entry_key   VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'unique: the same fact is written once',
  reverses_id BIGINT UNSIGNED NULL COMMENT 'the entry of the same person that this one takes back',
  created_at  DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, person_id, id),
  KEY point_entry_id (id),
  UNIQUE KEY point_entry_key (company_id, entry_key),
  UNIQUE KEY point_entry_reverses (company_id, reverses_id),
  KEY point_entry_object (company_id, object_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Ledger of points: rows are only ever added';
