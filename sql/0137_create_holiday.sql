-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE holiday (
  company_id UUID        NOT NULL COMMENT 'company.id',
  day        DATE        NOT NULL COMMENT 'local day',
  name       VARCHAR(60) NOT NULL COMMENT 'as people read it',
  PRIMARY KEY (company_id, day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Days on which nobody of the company works: a week of them breaks no streak';
