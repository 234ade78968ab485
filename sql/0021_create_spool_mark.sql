-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE spool_mark (
  node       VARCHAR(64)  CHARACTER SET ascii NOT NULL COMMENT 'host whose spool it is',
  segment    VARCHAR(64)  CHARACTER SET ascii NOT NULL COMMENT 'file name',
  bytes      BIGINT UNSIGNED NOT NULL COMMENT 'loaded up to here, in the transaction that inserted the clicks',
  updated_at DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (node, segment)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='How far each click segment is loaded: exactly once';
