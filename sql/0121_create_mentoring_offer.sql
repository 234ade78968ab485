-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE mentoring_offer (
  company_id UUID         NOT NULL COMMENT 'company.id',
  id         UUID         NOT NULL COMMENT 'UUIDv7 made by the client: the order of lists',
  person_id  UUID         NOT NULL COMMENT 'PII (delete row); person.id',
  kind       ENUM('offer','seek') NOT NULL COMMENT 'offer: to be a mentor; seek: to find one',
  tag        VARCHAR(40)  NOT NULL COMMENT 'PII; what it is about',
  note       VARCHAR(500) NULL COMMENT 'PII; in the person''s words',
  created_at DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, id),
  UNIQUE KEY mentoring_offer_person (company_id, person_id, kind, tag),
  KEY mentoring_offer_tag (company_id, kind, tag, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Who would be a mentor, and who looks for one';
