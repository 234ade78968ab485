-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE report_due (
  company_id UUID   NOT NULL COMMENT 'company.id',
  kind       ENUM('shares','clicks','leads') NOT NULL COMMENT 'what is to be counted again',
  day        DATE   NOT NULL COMMENT 'UTC day',
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'a mark each, so that who marks waits for nobody',
  PRIMARY KEY (company_id, kind, day, id),
  KEY report_due_id (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Days that changed since they were counted into report_sum: marked in the transaction of the change';
