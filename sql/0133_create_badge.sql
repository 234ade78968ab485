-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE badge (
  company_id  UUID         NOT NULL COMMENT 'company.id',
  id          UUID         NOT NULL COMMENT 'UUIDv7 made by the client: the order of lists',
  name        VARCHAR(60)  NOT NULL COMMENT 'as people read it',
  description VARCHAR(300) NULL COMMENT 'what it is for',
  kind        ENUM('measure','streak','hand') NOT NULL COMMENT 'measure: so much of it, ever; streak: weeks on end with a share; hand: granted by a manager',
  measure     ENUM('points','shares','clicks','visitors','leads','qualified','won_value','kudos_received','kudos_given') NULL COMMENT 'of include/rostra/measure.h; points in tenths',
  archived_at DATETIME(6)  NULL COMMENT 'UTC; nobody is awarded it any more',
  version     BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes by admins',
  created_at  DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What people are awarded for what they did';
