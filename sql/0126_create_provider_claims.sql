-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE provider_claims (
  company_id  UUID         NOT NULL COMMENT 'company.id',
  provider_id UUID         NOT NULL COMMENT 'identity_provider.id',
  stage       ENUM('draft','in_force') NOT NULL COMMENT 'draft: what is edited and tried; in_force: what counts',
  name        VARCHAR(120) NULL COMMENT 'name of the claim with the full name; NULL, here and below: none is read',
  given_name  VARCHAR(120) NULL COMMENT 'name of a claim',
  family_name VARCHAR(120) NULL COMMENT 'name of a claim',
  department  VARCHAR(120) NULL COMMENT 'name of a claim',
  location    VARCHAR(120) NULL COMMENT 'name of a claim',
  locale      VARCHAR(120) NULL COMMENT 'name of a claim',
  groups_claim VARCHAR(120) NULL COMMENT 'name of a claim; its groups are teams by their external id, else by name',
  scopes      VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'asked for, space-separated',
  join_by     ENUM('email','external_id','user_name') NOT NULL COMMENT 'how a first sign-in finds the account that the directory made, beside a verified address',
  join_claim  VARCHAR(120) NULL COMMENT 'name of the claim of join_by',
  version     BIGINT UNSIGNED NOT NULL COMMENT 'counts changes of the draft; in_force: the draft''s that it was',
  updated_at  DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, provider_id, stage)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What the claims of a provider mean';
