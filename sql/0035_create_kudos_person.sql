-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE kudos_person (
  company_id UUID NOT NULL COMMENT 'company.id',
  kudos_id   UUID NOT NULL COMMENT 'kudos.id',
  role       ENUM('recipient','mention') NOT NULL COMMENT 'who is thanked, who is named in the message',
  person_id  UUID NOT NULL COMMENT 'person.id',
  position   TINYINT UNSIGNED NOT NULL COMMENT 'from 0, as the giver named them',
  team_id    UUID NULL COMMENT 'primary team of the person then',
  PRIMARY KEY (company_id, kudos_id, role, person_id),
  KEY kudos_person_person (company_id, person_id, role, kudos_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Whom a kudos concerns';
