-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE kudos_policy (
  company_id        UUID     NOT NULL COMMENT 'company.id',
  monthly_allowance INT UNSIGNED NOT NULL COMMENT 'points a person may give in a calendar month of the company''s zone',
  pair_max          INT UNSIGNED NOT NULL COMMENT 'most kudos from one person to another within pair_days; 0: no limit',
  pair_days         INT UNSIGNED NOT NULL COMMENT 'days that pair_max looks back',
  interval_s        INT UNSIGNED NOT NULL COMMENT 'seconds; shortest time between two kudos of one person',
  edit_window_s     INT UNSIGNED NOT NULL COMMENT 'seconds after giving in which the giver may change or withdraw',
  version           BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes',
  PRIMARY KEY (company_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='How a company lets its people give kudos; no row: the defaults of the program';
