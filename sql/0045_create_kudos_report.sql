-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE kudos_report (
  company_id  UUID         NOT NULL COMMENT 'company.id',
  kudos_id    UUID         NOT NULL COMMENT 'kudos.id',
  person_id   UUID         NOT NULL COMMENT 'person.id who reports',
  reason      ENUM('insult','harassment','untrue','spam','other') NOT NULL COMMENT 'what is wrong with it',
  note        VARCHAR(500) NULL COMMENT 'PII; in the reporter''s words',
  reported_at DATETIME(6)  NOT NULL COMMENT 'UTC',
  decided_at  DATETIME(6)  NULL COMMENT 'UTC; NULL: waits for a decision',
  PRIMARY KEY (company_id, kudos_id, person_id),
  KEY kudos_report_open (company_id, decided_at, kudos_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Reports of abuse';
