-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE notice_setting (
  company_id UUID NOT NULL COMMENT 'company.id',
  person_id  UUID NOT NULL COMMENT 'person.id',
  muted      INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'bits of the kinds that are not told: 1 kudos, 2 mention, 4 comment, … in the order of notice.kind',
  quiet_from SMALLINT UNSIGNED NULL COMMENT 'minute of the day in the person''s zone; NULL: no quiet hours',
  quiet_to   SMALLINT UNSIGNED NULL COMMENT 'minute of the day; before quiet_from: of the next day',
  version    BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes',
  PRIMARY KEY (company_id, person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What a person wants to be told, and when; no row: all of it, at once';
