-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE lead_visit (
  company_id UUID                  NOT NULL COMMENT 'company.id',
  kind       ENUM('click','email') NOT NULL COMMENT 'what the leads have in common',
  what       VARBINARY(32)         NOT NULL COMMENT 'lead.click_id or lead.email_sha256',
  at         DATETIME(6)           NOT NULL COMMENT 'UTC; when the last of them came: rows go an hour later',
  n          INT UNSIGNED          NOT NULL DEFAULT 1 COMMENT 'so many lined up',
  PRIMARY KEY (company_id, kind, what),
  KEY lead_visit_at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Leads that may be one person line up here: whoever has the row sees all who came before';
