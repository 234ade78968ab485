-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE emv_rate (
  company_id            UUID   NOT NULL COMMENT 'company.id',
  set_id                UUID   NOT NULL COMMENT 'emv_rate_set.id',
  network               ENUM('linkedin','x','facebook','whatsapp','telegram','threads','bluesky','mastodon','email','copy') NOT NULL COMMENT 'share.network',
  thousand_clicks_minor BIGINT NOT NULL COMMENT 'minor units for a thousand human clicks',
  PRIMARY KEY (company_id, set_id, network)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='A rate of a set';
