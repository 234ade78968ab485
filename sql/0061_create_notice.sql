-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE notice (
  company_id UUID        NOT NULL COMMENT 'company.id',
  person_id  UUID        NOT NULL COMMENT 'person.id who is told',
  id         UUID        NOT NULL COMMENT 'UUIDv7',
  kind       ENUM('session_revoked','privacy','kudos','mention','comment','reaction','badge','contest','rank','reward','mentoring') NOT NULL COMMENT 'what it tells of',
  object_id  UUID        NOT NULL COMMENT 'of the kudos, session, badge, … that it tells of',
  slot       BIGINT UNSIGNED NULL COMMENT '0: told at once; else the second since 1970 at which the quiet hours end that hold it back; NULL: read, nothing joins it',
  first_at   DATETIME(6) NOT NULL COMMENT 'UTC; when the first of what it tells of happened',
  told_at    DATETIME(6) NOT NULL COMMENT 'UTC; when the last of it happened, or quiet hours ended: not shown before, and the order of the inbox',
  read_at    DATETIME(6) NULL COMMENT 'UTC; NULL: unread',
  PRIMARY KEY (company_id, person_id, id),
  UNIQUE KEY notice_open (company_id, person_id, kind, object_id, slot),
  KEY notice_told (company_id, person_id, told_at, id),
  KEY notice_unread (company_id, person_id, read_at, told_at),
  KEY notice_object (company_id, object_id, kind),
  KEY notice_old (told_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Inbox in the app: a line for what belongs together and is not read yet';
