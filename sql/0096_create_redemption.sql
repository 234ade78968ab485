-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE redemption (
  company_id   UUID         NOT NULL COMMENT 'company.id',
  id           UUID         NOT NULL COMMENT 'UUIDv7, of the app',
  reward_id    UUID         NOT NULL COMMENT 'reward.id',
  person_id    UUID         NOT NULL COMMENT 'person.id who asked',
  price_tenths BIGINT       NOT NULL COMMENT 'as it was then',
  state        ENUM('asked','approved','refused','fulfilled','cancelled') NOT NULL DEFAULT 'asked' COMMENT 'refused and cancelled gave points and stock back',
  note         VARCHAR(240) NULL COMMENT 'PII; of the last decision',
  decided_by   UUID         NULL COMMENT 'person.id of the last decision',
  created_at   DATETIME(6)  NOT NULL COMMENT 'UTC',
  decided_at   DATETIME(6)  NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, id),
  KEY redemption_person (company_id, person_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Somebody asked for a reward';
