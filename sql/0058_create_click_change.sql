-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE click_change (
  company_id    UUID        NOT NULL COMMENT 'company.id',
  id            UUID        NOT NULL COMMENT 'UUIDv7: the order of changes',
  click_id      BINARY(12)  NOT NULL COMMENT 'click.id',
  clicked_at    DATETIME(6) NOT NULL COMMENT 'UTC; click.clicked_at',
  cause         ENUM('rules','overruled') NOT NULL COMMENT 'other rules, or an admin',
  class_before  ENUM('human','preview','bot','prefetch','scanner','duplicate','internal') NOT NULL COMMENT 'click.class',
  class_after   ENUM('human','preview','bot','prefetch','scanner','duplicate','internal') NOT NULL COMMENT 'click.class',
  reason_before VARCHAR(40) CHARACTER SET ascii NOT NULL COMMENT 'click.reason',
  reason_after  VARCHAR(40) CHARACTER SET ascii NOT NULL COMMENT 'click.reason',
  rule_version  SMALLINT UNSIGNED NOT NULL COMMENT 'of the rules in force then; 0: an admin''s word',
  person_id     UUID        NULL COMMENT 'person.id of the admin',
  note          VARCHAR(500) NULL COMMENT 'why, in the admin''s words',
  changed_at    DATETIME(6) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, id),
  KEY click_change_click (company_id, click_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Clicks whose class was corrected: only ever added to';
