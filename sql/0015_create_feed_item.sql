-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE feed_item (
  company_id   UUID        NOT NULL COMMENT 'company.id',
  pinned       BOOLEAN     NOT NULL DEFAULT FALSE COMMENT 'pin_until lies ahead; jobs take it off',
  published_at DATETIME(6) NOT NULL COMMENT 'UTC',
  post_id      UUID        NOT NULL COMMENT 'post.id',
  channel_id   UUID        NOT NULL COMMENT 'channel.id',
  post_version BIGINT UNSIGNED NOT NULL COMMENT 'post.version, the key of rendered cards',
  PRIMARY KEY (company_id, pinned, published_at, post_id),
  UNIQUE KEY feed_item_post (company_id, post_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Live posts in the order of the feed: narrow and clustered';
