-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE report_run_row (
  company_id    UUID       NOT NULL COMMENT 'company.id',
  run_id        UUID       NOT NULL COMMENT 'report_run.id',
  conversion_id UUID       NOT NULL COMMENT 'conversion.id',
  click_id      BINARY(12) NOT NULL COMMENT 'click.id of the touch; zero: nobody is credited',
  lead_id       UUID       NOT NULL COMMENT 'lead.id',
  millionths    INT        NOT NULL COMMENT 'of the conversion',
  amount_minor  BIGINT     NOT NULL COMMENT 'minor units of the run''s currency',
  digest        BINARY(16) NOT NULL COMMENT 'first half of the SHA-256 of the row''s line of CSV',
  PRIMARY KEY (company_id, run_id, conversion_id, click_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Credits as a run sealed them';
