-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE session
  MODIFY COLUMN ended_by ENUM('person','other_session','admin','reuse','deactivation','operator','provider') NULL COMMENT 'why',
  ADD COLUMN provider_id UUID NULL COMMENT 'identity_provider.id; the one it began with',
  ADD COLUMN provider_session VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'sid of its ID Token: a logout there ends it',
  ADD COLUMN id_token VARBINARY(4124) NULL COMMENT 'the ID Token it began with, sealed; bound to this row; gone when it ends',
  ADD KEY session_provider (company_id, provider_id, provider_session);
