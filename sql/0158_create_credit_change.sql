-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE credit_change (
  company_id UUID             NOT NULL COMMENT 'company.id',
  slot       TINYINT UNSIGNED NOT NULL COMMENT 'of the connection that counted, so that writers do not wait for each other',
  n          BIGINT UNSIGNED  NOT NULL COMMENT 'transactions that changed events or touches: while the sum of all slots stands, so do credits',
  PRIMARY KEY (company_id, slot)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Counts what changes credits, in the same transaction: validator of kept reports';
