-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE session (
  company_id    UUID         NOT NULL COMMENT 'company.id',
  id            UUID         NOT NULL COMMENT 'UUIDv7; sid of its access tokens, family of its refresh tokens',
  person_id     UUID         NOT NULL COMMENT 'person.id',
  method        ENUM('operator','oidc') NOT NULL COMMENT 'how it began',
  platform      ENUM('ios','android','web','other') NOT NULL DEFAULT 'other' COMMENT 'of the device',
  device_name   VARCHAR(80)  NULL COMMENT 'PII; as the device calls itself',
  app_version   VARCHAR(16)  CHARACTER SET ascii NULL COMMENT 'at the last refresh',
  generation    INT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'of the refresh token that is good',
  rotated_at    DATETIME(6)  NULL COMMENT 'UTC; when that one was made from the one before',
  rotation_salt BINARY(16)   NULL COMMENT 'with the token before it makes the good one again, within the grace',
  created_at    DATETIME(6)  NOT NULL COMMENT 'UTC',
  last_used_at  DATETIME(6)  NOT NULL COMMENT 'UTC; last refresh: idle for too long is over',
  expires_at    DATETIME(6)  NOT NULL COMMENT 'UTC; over at the latest',
  ended_at      DATETIME(6)  NULL COMMENT 'UTC',
  ended_by      ENUM('person','other_session','admin','reuse','deactivation','operator') NULL COMMENT 'why',
  PRIMARY KEY (company_id, id),
  KEY session_person (company_id, person_id, ended_at, id),
  KEY session_over (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='A person signed in on a device';
