-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE share (
  company_id  UUID          NOT NULL COMMENT 'company.id',
  id          UUID          NOT NULL COMMENT 'UUIDv7 made by the client',
  person_id   UUID          NOT NULL COMMENT 'person.id',
  post_id     UUID          NOT NULL COMMENT 'post.id',
  network     ENUM('linkedin','x','facebook','whatsapp','telegram','threads','bluesky','mastodon','email','copy') NOT NULL COMMENT 'where',
  channel_id  UUID          NOT NULL COMMENT 'channel.id of the post then',
  campaign_id UUID          NULL COMMENT 'campaign.id of the post then',
  team_id     UUID          NULL COMMENT 'primary team of the person then',
  code        CHAR(8)       CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'link.code',
  state       ENUM('active','revoked') NOT NULL DEFAULT 'active' COMMENT 'revoked: its link is dead',
  text        VARCHAR(8000) NOT NULL COMMENT 'final text, with disclosure and link',
  edited      BOOLEAN       NOT NULL COMMENT 'not a suggested text',
  text_sha256 BINARY(32)    NOT NULL COMMENT 'of the folded text without link: equal texts',
  text_simhash BIGINT UNSIGNED NOT NULL COMMENT 'of the folded text without link: near-equal texts',
  body_sha256 BINARY(32)    NOT NULL COMMENT 'of the body that made it: tells a repeated PUT from another',
  created_at  DATETIME(6)   NOT NULL COMMENT 'UTC',
  revoked_at  DATETIME(6)   NULL COMMENT 'UTC',
  version     BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes',
  PRIMARY KEY (company_id, id),
  KEY share_person (company_id, person_id, created_at, id),
  KEY share_post (company_id, post_id, created_at, person_id, text_simhash, text_sha256, state)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='One person, one post, one network';
