-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE lead_merge (
  company_id UUID        NOT NULL COMMENT 'company.id',
  id         UUID        NOT NULL COMMENT 'UUIDv7',
  kept_id    UUID        NOT NULL COMMENT 'lead.id; has the events and the path of both',
  merged_id  UUID        NOT NULL COMMENT 'lead.id; was merged into it',
  merged_at  DATETIME(6) NOT NULL COMMENT 'UTC',
  merged_by  UUID        NULL COMMENT 'person.id',
  split_at   DATETIME(6) NULL COMMENT 'UTC; both stand for themselves again',
  split_by   UUID        NULL COMMENT 'person.id',
  PRIMARY KEY (company_id, id),
  KEY lead_merge_kept (company_id, kept_id, id),
  KEY lead_merge_merged (company_id, merged_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Leads that were found to be one person: history, only added to';
