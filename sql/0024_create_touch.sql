-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE touch (
  company_id  UUID        NOT NULL COMMENT 'company.id',
  lead_id     UUID        NOT NULL COMMENT 'lead.id',
  touched_at  DATETIME(6) NOT NULL COMMENT 'UTC; click.clicked_at',
  click_id    BINARY(12)  NOT NULL COMMENT 'click.id',
  share_id    UUID        NOT NULL COMMENT 'share.id',
  person_id   UUID        NOT NULL COMMENT 'share.person_id',
  team_id     UUID        NULL COMMENT 'primary team of the person at touched_at',
  network     ENUM('linkedin','x','facebook','whatsapp','telegram','threads','bluesky','mastodon','email','copy') NOT NULL COMMENT 'share.network',
  post_id     UUID        NOT NULL COMMENT 'share.post_id',
  campaign_id UUID        NULL COMMENT 'share.campaign_id',
  channel_id  UUID        NOT NULL COMMENT 'share.channel_id',
  added_at    DATETIME(6) NOT NULL COMMENT 'UTC; when it was frozen',
  PRIMARY KEY (company_id, lead_id, touched_at, click_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='The path of a lead: human clicks, frozen, never re-written';
