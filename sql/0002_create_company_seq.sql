-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE company_seq (
  company_id UUID            NOT NULL COMMENT 'company.id',
  seq        BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'last number given in change_log; taken inside the transaction, last of all',
  floor_seq  BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'changes up to here are pruned: older sync tokens are 410',
  PRIMARY KEY (company_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='The counter of the change log, apart from company so that writers queue here only';
