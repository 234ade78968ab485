-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE outbox (
  id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'no order, no gaps promised',
  company_id  UUID         NOT NULL COMMENT 'company.id',
  kind        VARCHAR(40)  CHARACTER SET ascii NOT NULL COMMENT 'such as share.created',
  object_id   UUID         NOT NULL COMMENT 'what it is about',
  payload     JSON         NULL COMMENT 'facts of the moment',
  state       ENUM('ready','claimed','done','dead') NOT NULL DEFAULT 'ready' COMMENT 'dead: gave up after the last try',
  due_at      DATETIME(6)  NOT NULL COMMENT 'UTC; not before',
  owner       VARCHAR(64)  CHARACTER SET ascii NULL COMMENT 'who claimed it',
  lease_until DATETIME(6)  NULL COMMENT 'UTC; the claim ends',
  tries       SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'so far',
  last_error  VARCHAR(240) NULL COMMENT 'of the last try',
  created_at  DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (id),
  KEY outbox_due (state, due_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What a transaction must cause, written in it';
