-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE notice_source (
  company_id UUID        NOT NULL COMMENT 'company.id',
  person_id  UUID        NOT NULL COMMENT 'person.id who is told',
  kind       ENUM('session_revoked','privacy','kudos','mention','comment','reaction','badge','contest','rank','reward','mentoring') NOT NULL COMMENT 'as in notice',
  object_id  UUID        NOT NULL COMMENT 'as in notice',
  source_id  UUID        NOT NULL COMMENT 'of what happened, such as a comment: told once',
  notice_id  UUID        NOT NULL COMMENT 'notice.id that tells it',
  actor_id   UUID        NULL COMMENT 'person.id who did it; NULL: nobody',
  noted_at   DATETIME(6) NOT NULL COMMENT 'UTC; when it happened',
  PRIMARY KEY (company_id, person_id, kind, object_id, source_id),
  KEY notice_source_notice (company_id, notice_id, noted_at),
  KEY notice_source_object (company_id, object_id, kind, source_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What the lines of inboxes are made of';
