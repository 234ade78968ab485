-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE post_text (
  company_id UUID          NOT NULL COMMENT 'company.id',
  post_id    UUID          NOT NULL COMMENT 'post.id',
  no         SMALLINT UNSIGNED NOT NULL COMMENT 'order among the texts of a post, from 0',
  network    ENUM('any','linkedin','x','facebook','whatsapp','telegram','threads','bluesky','mastodon','email','copy') NOT NULL DEFAULT 'any' COMMENT 'where it fits',
  language   VARCHAR(16)   CHARACTER SET ascii NOT NULL COMMENT 'BCP 47',
  body       VARCHAR(5000) NOT NULL COMMENT 'suggested words, without link and disclosure',
  PRIMARY KEY (company_id, post_id, no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Suggested texts of a post';
