-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE outside_action (
  company_id  UUID         NOT NULL COMMENT 'company.id',
  person_id   UUID         NOT NULL COMMENT 'person.id who did it',
  occurred_at DATETIME(6)  NOT NULL COMMENT 'UTC; when it was done there',
  id          UUID         NOT NULL COMMENT 'UUIDv7',
  name        VARCHAR(40)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'point_rule.name: such as lesson',
  item        VARCHAR(128) COLLATE utf8mb4_bin NULL COMMENT 'what a cap per item counts together, as the source names it',
  item_id     UUID         NULL COMMENT 'made of name and item',
  source      VARCHAR(60)  NOT NULL COMMENT 'name of the key it came by',
  external_id VARCHAR(128) COLLATE utf8mb4_bin NOT NULL COMMENT 'its id there; unique with source for ever',
  received_at DATETIME(6)  NOT NULL COMMENT 'UTC; when it reached us',
  withdrawn_at DATETIME(6) NULL COMMENT 'UTC; it earns nothing any more',
  PRIMARY KEY (company_id, person_id, occurred_at, id),
  UNIQUE KEY outside_action_external (company_id, source, external_id),
  UNIQUE KEY outside_action_id (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What people did elsewhere, as servers tell of it: lessons and the like';
