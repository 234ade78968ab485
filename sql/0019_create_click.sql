-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE click (
  company_id   UUID        NOT NULL COMMENT 'company.id',
  clicked_at   DATETIME(6) NOT NULL COMMENT 'UTC',
  id           BINARY(12)  NOT NULL COMMENT '96 random bits',
  share_id     UUID        NOT NULL COMMENT 'share.id',
  class        ENUM('human','preview','bot','prefetch','scanner','duplicate','internal') NOT NULL COMMENT 'only human counts',
  reason       VARCHAR(40) CHARACTER SET ascii NOT NULL COMMENT 'why that class',
  rule_version SMALLINT UNSIGNED NOT NULL COMMENT 'of the rules that judged it',
  rclid        BINARY(12)  NOT NULL COMMENT 'the id the destination got: of the visitor''s first click in the hour',
  visitor      BINARY(16)  NULL COMMENT 'of the signed cookie, where the company''s policy has one',
  ip_hash      BINARY(16)  NULL COMMENT 'keyed; the key dies with the day',
  ip_prefix    VARCHAR(24) CHARACTER SET ascii NULL COMMENT 'PII; /24 or /48',
  user_agent   VARCHAR(255) NULL COMMENT 'PII; cut',
  referrer     VARCHAR(120) CHARACTER SET ascii NULL COMMENT 'host only',
  PRIMARY KEY (company_id, clicked_at, id),
  KEY click_id (company_id, id),
  KEY click_share (company_id, share_id, clicked_at),
  KEY click_visitor (company_id, visitor, clicked_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Every hit of a link, the doubtful ones too; partitioned by month'
PARTITION BY RANGE COLUMNS (clicked_at) (
  PARTITION p_first VALUES LESS THAN ('2024-01-01'),
  PARTITION p_rest VALUES LESS THAN (MAXVALUE)
);
