-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE channel_team (
  company_id UUID NOT NULL COMMENT 'company.id',
  channel_id UUID NOT NULL COMMENT 'channel.id',
  team_id    UUID NOT NULL COMMENT 'team.id',
  PRIMARY KEY (company_id, channel_id, team_id),
  KEY channel_team_team (company_id, team_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='The audience of a channel';
