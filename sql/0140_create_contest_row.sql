-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE contest_row (
  company_id UUID    NOT NULL COMMENT 'company.id',
  contest_id UUID    NOT NULL COMMENT 'contest.id',
  no         INT UNSIGNED NOT NULL COMMENT 'from 0',
  person_id  UUID    NOT NULL COMMENT 'person.id',
  team_id    UUID    NULL COMMENT 'primary team of the person then',
  n          BIGINT  NOT NULL COMMENT 'of the measure; points in tenths',
  shown      BOOLEAN NOT NULL COMMENT 'the person, or the team, was to be seen on boards when the result was frozen',
  PRIMARY KEY (company_id, contest_id, no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='The rows that the result of a contest came from: never changed';
