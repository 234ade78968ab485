-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE channel_follow (
  company_id  UUID        NOT NULL COMMENT 'company.id',
  person_id   UUID        NOT NULL COMMENT 'person.id',
  channel_id  UUID        NOT NULL COMMENT 'channel.id',
  followed_at DATETIME(6) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, person_id, channel_id),
  KEY channel_follow_channel (company_id, channel_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Who follows a followable channel';
