-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE board_choice (
  company_id UUID        NOT NULL COMMENT 'company.id',
  person_id  UUID        NOT NULL COMMENT 'person.id; nobody else writes it',
  on_boards  BOOLEAN     NOT NULL COMMENT 'others see the person on boards; without a row they do',
  updated_at DATETIME(6) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Who does not want to be on boards';
