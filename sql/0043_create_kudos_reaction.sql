-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE kudos_reaction (
  company_id UUID        NOT NULL COMMENT 'company.id',
  kudos_id   UUID        NOT NULL COMMENT 'kudos.id',
  person_id  UUID        NOT NULL COMMENT 'person.id',
  reaction   ENUM('thanks','celebrate','love','support','insightful') NOT NULL COMMENT 'one of a fixed set',
  reacted_at DATETIME(6) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, kudos_id, person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What a person feels about a kudos: one reaction each';
