-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE profile_tag (
  company_id UUID        NOT NULL COMMENT 'company.id',
  person_id  UUID        NOT NULL COMMENT 'PII (delete row); person.id, who alone writes it',
  tag        VARCHAR(40) NOT NULL COMMENT 'PII; what the person says they know, white space squeezed',
  position   TINYINT UNSIGNED NOT NULL COMMENT 'from 0, as the person put them',
  PRIMARY KEY (company_id, person_id, tag),
  KEY profile_tag_tag (company_id, tag, person_id),
  FULLTEXT KEY profile_tag_words (tag)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Expertise that people choose to show';
