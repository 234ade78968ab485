-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE board_place (
  company_id UUID             NOT NULL COMMENT 'company.id',
  person_id  UUID             NOT NULL COMMENT 'person.id',
  band       TINYINT UNSIGNED NOT NULL COMMENT '1: first; 3, 10: among so many',
  PRIMARY KEY (company_id, person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Who was where on the main board of a company when it was looked at last; nobody beyond the widest band';
