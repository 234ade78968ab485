-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE team_member (
  company_id UUID        NOT NULL COMMENT 'company.id',
  person_id  UUID        NOT NULL COMMENT 'person.id',
  team_id    UUID        NOT NULL COMMENT 'team.id',
  from_at    DATETIME(6) NOT NULL COMMENT 'UTC, included',
  to_at      DATETIME(6) NULL COMMENT 'UTC, excluded; NULL: still',
  is_primary BOOLEAN     NOT NULL DEFAULT TRUE COMMENT 'the team that reports count the person in; at most one at any time',
  PRIMARY KEY (company_id, person_id, from_at, team_id),
  KEY team_member_team (company_id, team_id, from_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Membership, dated: never overwritten';
