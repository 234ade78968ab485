-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE audit_event (
  company_id  UUID         NOT NULL COMMENT 'company.id',
  id          UUID         NOT NULL COMMENT 'UUIDv7: the order of events',
  at          DATETIME(6)  NOT NULL COMMENT 'UTC',
  action      VARCHAR(60)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'such as person.role_changed',
  actor       ENUM('person','key','system') NOT NULL COMMENT 'system: an operator or a job',
  actor_id    UUID         NULL COMMENT 'person.id or api_key.id',
  object_kind ENUM('person','session','key','identity_provider','lead','company') NOT NULL COMMENT 'what it was done to',
  object_id   UUID         NOT NULL COMMENT 'its id',
  person_id   UUID         NULL COMMENT 'person.id of whose matter it is',
  address     VARCHAR(45)  CHARACTER SET ascii NULL COMMENT 'PII; where the request came from',
  request_id  VARCHAR(64)  CHARACTER SET ascii NULL COMMENT 'as in the log',
  changes     JSON         NOT NULL COMMENT 'member: [before, after]',
  PRIMARY KEY (company_id, id),
  KEY audit_event_person (company_id, person_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What was done: only ever added to';
