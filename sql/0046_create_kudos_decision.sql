-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE kudos_decision (
  company_id UUID         NOT NULL COMMENT 'company.id',
  kudos_id   UUID         NOT NULL COMMENT 'kudos.id',
  id         UUID         NOT NULL COMMENT 'UUIDv7',
  decision   ENUM('restore','remove') NOT NULL COMMENT 'remove: the points go back',
  decided_by UUID         NOT NULL COMMENT 'person.id',
  note       VARCHAR(500) NULL COMMENT 'why',
  decided_at DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, kudos_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What was decided about reported kudos';
