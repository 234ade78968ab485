-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE emv_run_line (
  company_id            UUID     NOT NULL COMMENT 'company.id',
  run_id                UUID     NOT NULL COMMENT 'emv_run.id',
  network               ENUM('linkedin','x','facebook','whatsapp','telegram','threads','bluesky','mastodon','email','copy') NOT NULL COMMENT 'share.network',
  from_day              CHAR(10) CHARACTER SET ascii NOT NULL COMMENT 'UTC date, included',
  to_day                CHAR(10) CHARACTER SET ascii NOT NULL COMMENT 'UTC date, excluded',
  set_id                UUID     NULL COMMENT 'emv_rate_set.id; NULL: an example',
  example               BOOLEAN  NOT NULL COMMENT 'the rate is one that is shipped as an example',
  thousand_clicks_minor BIGINT   NULL COMMENT 'the rate as it was: minor units for a thousand human clicks; NULL: none',
  clicks                BIGINT   NOT NULL COMMENT 'human ones',
  value_minor           BIGINT   NOT NULL COMMENT 'minor units of the run''s currency',
  PRIMARY KEY (company_id, run_id, network, from_day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='A network''s clicks and rate as a run sealed them';
