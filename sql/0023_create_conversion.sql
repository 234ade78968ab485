-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE conversion (
  company_id  UUID         NOT NULL COMMENT 'company.id',
  occurred_at DATETIME(6)  NOT NULL COMMENT 'UTC',
  id          UUID         NOT NULL COMMENT 'UUIDv7',
  lead_id     UUID         NOT NULL COMMENT 'lead.id',
  stage       ENUM('lead','qualified','opportunity','won','lost') NOT NULL COMMENT 'reached by this event',
  value_minor BIGINT       NULL COMMENT 'minor units',
  currency    CHAR(3)      CHARACTER SET ascii NULL COMMENT 'ISO 4217 of value_minor',
  campaign_id UUID         NULL COMMENT 'campaign.id of the newest touch: gives the default window',
  source      VARCHAR(60)  NOT NULL COMMENT 'name of the key or file it came by',
  external_id VARCHAR(128) COLLATE utf8mb4_bin NOT NULL COMMENT 'its id there; unique with source for ever',
  received_at DATETIME(6)  NOT NULL COMMENT 'UTC; when it reached us',
  PRIMARY KEY (company_id, occurred_at, id),
  UNIQUE KEY conversion_external (company_id, source, external_id),
  UNIQUE KEY conversion_id (company_id, id),
  KEY conversion_lead (company_id, lead_id, occurred_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='An event that moves a lead along; credits are computed from it and its touches';
