-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE company (
  id               UUID         NOT NULL COMMENT 'UUIDv7',
  slug             VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'short name for commands and GET /v1/config',
  name             VARCHAR(120) NOT NULL COMMENT 'as people read it',
  state            ENUM('active','suspended') NOT NULL DEFAULT 'active' COMMENT 'suspended: nobody of it is let in',
  time_zone        VARCHAR(64)  CHARACTER SET ascii NOT NULL DEFAULT 'UTC' COMMENT 'IANA; days of reports',
  currency         CHAR(3)      CHARACTER SET ascii NOT NULL DEFAULT 'EUR' COMMENT 'ISO 4217; of reports that name none',
  language         VARCHAR(16)  CHARACTER SET ascii NOT NULL DEFAULT 'en' COMMENT 'BCP 47; when a reader names none we have',
  brand_color      CHAR(7)      CHARACTER SET ascii NOT NULL DEFAULT '#1b3a57' COMMENT '#rrggbb',
  logo_url         VARCHAR(500) NULL COMMENT 'https URL',
  min_app_version  VARCHAR(16)  CHARACTER SET ascii NULL COMMENT 'older App-Version: 403 client_upgrade_required',
  lookback_days    SMALLINT UNSIGNED NOT NULL DEFAULT 30 COMMENT 'days; window of conversions without a campaign',
  visitor_cookie   BOOLEAN      NOT NULL DEFAULT FALSE COMMENT 'policy: signed first-party cookie on the link host',
  feed_version     BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes of posts, channels and audiences: validator of feeds',
  version          BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes of this row',
  created_at       DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (id),
  UNIQUE KEY company_slug (slug)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='A tenant';
