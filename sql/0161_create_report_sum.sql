-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE report_sum (
  company_id UUID NOT NULL COMMENT 'company.id',
  what       ENUM('share','click','other_click','lead','qualified','opportunity','won','event') NOT NULL COMMENT 'what is counted; of clicks the human ones, of stages credit in millionths',
  dimension  ENUM('person','team','network','post','campaign','channel','quarter') NOT NULL COMMENT 'what the keys are; quarter: of an hour of the day, from 0',
  span       ENUM('day','month') NOT NULL COMMENT 'how long',
  day        DATE NOT NULL COMMENT 'UTC day; of a month its first',
  counted_at DATETIME(6) NOT NULL COMMENT 'UTC',
  counts     MEDIUMBLOB NOT NULL COMMENT 'sorted keys with their counts, packed: see sums_pack',
  PRIMARY KEY (company_id, what, dimension, span, day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Sums that reports read; counted by the jobs from the rows, can be rebuilt';
