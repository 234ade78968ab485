-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE report_month (
  company_id UUID NOT NULL COMMENT 'company.id',
  kind       ENUM('shares','clicks','leads') NOT NULL COMMENT 'as report_due.kind',
  month      DATE NOT NULL COMMENT 'its first day, UTC',
  whole      BOOLEAN NOT NULL COMMENT 'its rows in report_sum are the sums of those of its days; its lock orders who counts',
  PRIMARY KEY (company_id, kind, month),
  KEY report_month_whole (whole, month)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Months of which a day was ever counted';
