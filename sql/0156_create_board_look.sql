-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE board_look (
  company_id UUID        NOT NULL COMMENT 'company.id',
  looked_at  DATETIME(6) NULL COMMENT 'UTC; when its main board was looked at last; NULL: it is about to be for the first time',
  mark       BINARY(32)  NULL COMMENT 'SHA-256 of what the board was counted from then: the same one, the same board',
  PRIMARY KEY (company_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Looks at the main board of each company, for notices of a rank of note';
