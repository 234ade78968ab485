-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE campaign (
  company_id        UUID         NOT NULL COMMENT 'company.id',
  id                UUID         NOT NULL COMMENT 'UUIDv7',
  name              VARCHAR(120) NOT NULL COMMENT 'as people read it',
  starts_at         DATETIME(6)  NULL COMMENT 'UTC',
  ends_at           DATETIME(6)  NULL COMMENT 'UTC',
  lookback_days     SMALLINT UNSIGNED NOT NULL DEFAULT 30 COMMENT 'days; touches older than this get no credit',
  track_conversions BOOLEAN      NOT NULL DEFAULT TRUE COMMENT 'destinations get ?rclid=',
  utm_source        VARCHAR(120) NULL COMMENT 'template; placeholders {network} {campaign} {post} {share}',
  utm_medium        VARCHAR(120) NULL COMMENT 'template',
  utm_campaign      VARCHAR(120) NULL COMMENT 'template',
  utm_content       VARCHAR(120) NULL COMMENT 'template',
  utm_term          VARCHAR(120) NULL COMMENT 'template',
  version           BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes',
  created_at        DATETIME(6)  NOT NULL COMMENT 'UTC',
  updated_at        DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, id),
  UNIQUE KEY campaign_name (company_id, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What posts belong together for, with its UTM template and look-back window';
