-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE share_review (
  company_id   UUID          NOT NULL COMMENT 'company.id',
  mentoring_id UUID          NOT NULL COMMENT 'mentoring.id',
  id           UUID          NOT NULL COMMENT 'UUIDv7 made by the client: the order of lists',
  mentee_id    UUID          NOT NULL COMMENT 'person.id who would share',
  mentor_id    UUID          NOT NULL COMMENT 'person.id who looks at it',
  post_id      UUID          NOT NULL COMMENT 'post.id',
  network      ENUM('linkedin','x','facebook','whatsapp','telegram','threads','bluesky','mastodon','email','copy') NOT NULL COMMENT 'where',
  text         TEXT          NOT NULL COMMENT 'PII; what would be shared, without the link',
  text_sha256  BINARY(32)    NOT NULL COMMENT 'of the text: what is approved is this and nothing else',
  state        ENUM('waiting','approved','returned') NOT NULL DEFAULT 'waiting' COMMENT 'returned: with a note, to be written anew',
  note         VARCHAR(1000) NULL COMMENT 'PII of mentor_id',
  created_at   DATETIME(6)   NOT NULL COMMENT 'UTC',
  decided_at   DATETIME(6)   NULL COMMENT 'UTC',
  share_id     UUID          NULL COMMENT 'share.id made from it; one at most',
  PRIMARY KEY (company_id, mentoring_id, id),
  UNIQUE KEY share_review_id (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Texts that a mentor looks at before they are shared';
