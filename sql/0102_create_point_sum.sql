-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE point_sum (
  company_id UUID   NOT NULL COMMENT 'company.id',
  span       ENUM('day','month') NOT NULL COMMENT 'what is summed: a day, and beside it the month it lies in',
  from_day   INT UNSIGNED NOT NULL COMMENT 'YYYYMMDD, as point_entry.day; of a month its first',
  person_id  UUID   NOT NULL COMMENT 'person.id',
  team_id    UUID   NOT NULL COMMENT 'point_entry.team_id; all zeros: none',
  tenths     BIGINT NOT NULL COMMENT 'tenths of a point; the sum of earned entries of these days',
  entries    BIGINT NOT NULL COMMENT 'how many entries there are',
  PRIMARY KEY (company_id, span, from_day, person_id, team_id),
  KEY point_sum_person (company_id, person_id, span, from_day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Roll-up of earned entries that have a day, kept in their transaction; can be rebuilt';
