-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE post_disclosure (
  company_id UUID         NOT NULL COMMENT 'company.id',
  post_id    UUID         NOT NULL COMMENT 'post.id',
  network    ENUM('any','linkedin','x','facebook','whatsapp','telegram','threads','bluesky','mastodon','email','copy') NOT NULL DEFAULT 'any' COMMENT 'where it must stand',
  body       VARCHAR(120) NOT NULL COMMENT 'must be part of the shared text, such as #TeamAcme',
  PRIMARY KEY (company_id, post_id, network)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Mandatory words a network';
