-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE click_day (
  company_id UUID NOT NULL COMMENT 'company.id',
  day        DATE NOT NULL COMMENT 'UTC day',
  share_id   UUID NOT NULL COMMENT 'share.id',
  class      ENUM('human','preview','bot','prefetch','scanner','duplicate','internal') NOT NULL COMMENT 'click.class',
  n          INT UNSIGNED NOT NULL COMMENT 'clicks',
  PRIMARY KEY (company_id, day, share_id, class),
  KEY click_day_share (company_id, share_id, class)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Roll-up of click, kept in the loader''s transaction; can be rebuilt';
