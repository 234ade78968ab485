-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE crm_event (
  company_id  UUID         NOT NULL COMMENT 'company.id',
  hook_id     UUID         NOT NULL COMMENT 'crm_hook.id',
  event_key   BINARY(32)   NOT NULL COMMENT 'SHA-256 of what makes it the same event when it is sent again',
  outcome     ENUM('moved','valued','there_already','no_lead','refused') NOT NULL COMMENT 'what became of it',
  property    VARCHAR(100) COLLATE utf8mb4_bin NOT NULL COMMENT 'that changed',
  object_id   VARCHAR(128) COLLATE utf8mb4_bin NOT NULL COMMENT 'the CRM''s id of the object: lead.external_id',
  lead_id     UUID         NULL COMMENT 'lead.id',
  occurred_at DATETIME(6)  NOT NULL COMMENT 'UTC; as the CRM says',
  received_at DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, hook_id, event_key),
  KEY crm_event_received (company_id, hook_id, received_at, event_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Events of a CRM that were taken: each once';
