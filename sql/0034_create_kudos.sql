-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE kudos (
  company_id  UUID          NOT NULL COMMENT 'company.id',
  id          UUID          NOT NULL COMMENT 'UUIDv7 made by the client: the order of lists',
  giver_id    UUID          NOT NULL COMMENT 'person.id',
  team_id     UUID          NULL COMMENT 'primary team of the giver then',
  value_id    UUID          NOT NULL COMMENT 'company_value.id',
  message     VARCHAR(4000) NOT NULL COMMENT 'PII; 1-500 graphemes',
  points      INT UNSIGNED  NOT NULL COMMENT 'points each recipient gets from the giver''s allowance',
  period      INT UNSIGNED  NOT NULL COMMENT 'YYYYMM in the company''s zone: the month whose allowance pays',
  visibility  ENUM('public','team','private') NOT NULL COMMENT 'team: the teams of giver and recipients; private: giver and recipients',
  state       ENUM('visible','hidden','removed','withdrawn') NOT NULL DEFAULT 'visible' COMMENT 'hidden: reported and not decided; removed: by decision; withdrawn: by the giver',
  post_id     UUID          NULL COMMENT 'post.id it is about',
  share_id    UUID          NULL COMMENT 'share.id it is about',
  lead_id     UUID          NULL COMMENT 'lead.id it is about',
  body_sha256 BINARY(32)    NOT NULL COMMENT 'of the body that made it: tells a repeated PUT from another',
  created_at  DATETIME(6)   NOT NULL COMMENT 'UTC',
  edited_at   DATETIME(6)   NULL COMMENT 'UTC; last change by the giver',
  version     BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes',
  PRIMARY KEY (company_id, id),
  KEY kudos_giver (company_id, giver_id, id),
  KEY kudos_given (company_id, giver_id, created_at),
  KEY kudos_value (company_id, value_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Recognition by a colleague';
