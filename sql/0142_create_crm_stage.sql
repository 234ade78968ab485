-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE crm_stage (
  company_id UUID         NOT NULL COMMENT 'company.id',
  hook_id    UUID         NOT NULL COMMENT 'crm_hook.id',
  property   VARCHAR(100) COLLATE utf8mb4_bin NOT NULL COMMENT 'of the CRM, such as dealstage',
  value      VARCHAR(100) COLLATE utf8mb4_bin NOT NULL COMMENT 'of the property, such as closedwon',
  stage      ENUM('lead','qualified','opportunity','won','lost') NOT NULL COMMENT 'what that is here',
  PRIMARY KEY (company_id, hook_id, property, value)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Stages of a CRM, and ours';
