-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE click_quarter (
  company_id UUID     NOT NULL COMMENT 'company.id',
  class      ENUM('human','preview','bot','prefetch','scanner','duplicate','internal') NOT NULL COMMENT 'click.class',
  quarter    DATETIME NOT NULL COMMENT 'UTC; the quarter of an hour that begins here: days of all time zones are made of them',
  slot       TINYINT UNSIGNED NOT NULL COMMENT 'of the node that counted, so that nodes do not wait for each other',
  n          INT      NOT NULL COMMENT 'clicks; a slot alone may be negative, the sum of all is not',
  PRIMARY KEY (company_id, class, quarter, slot)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Roll-up of click, kept in the loader''s transaction; can be rebuilt';
