-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE consent_text (
  company_id UUID         NOT NULL COMMENT 'company.id',
  consent_id UUID         NOT NULL COMMENT 'consent.id',
  language   VARCHAR(16)  CHARACTER SET ascii NOT NULL COMMENT 'BCP 47',
  title      VARCHAR(200) NOT NULL COMMENT 'as people read it',
  body       MEDIUMTEXT         NOT NULL COMMENT 'as people read it',
  PRIMARY KEY (company_id, consent_id, language)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='The words of a text to accept, by language';
