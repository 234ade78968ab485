-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE erasure (
  company_id UUID        NOT NULL COMMENT 'company.id',
  id         UUID        NOT NULL COMMENT 'UUIDv7 made by the client',
  person_id  UUID        NOT NULL COMMENT 'person.id who is to be forgotten',
  asked_by   UUID        NULL COMMENT 'person.id; NULL: an operator',
  state      ENUM('waiting','done','withdrawn') NOT NULL COMMENT 'waiting: until due_at it may be withdrawn',
  asked_at   DATETIME(6) NOT NULL COMMENT 'UTC',
  due_at     DATETIME(6) NOT NULL COMMENT 'UTC; end of the grace',
  ended_at   DATETIME(6) NULL COMMENT 'UTC; done or withdrawn',
  PRIMARY KEY (company_id, id),
  KEY erasure_waiting (company_id, person_id, state),
  KEY erasure_due (state, due_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Requests to be forgotten';
