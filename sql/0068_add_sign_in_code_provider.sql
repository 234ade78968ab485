-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE sign_in_code
  ADD COLUMN provider_id UUID NULL COMMENT 'identity_provider.id; the one that said who it is',
  ADD COLUMN provider_session VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'sid of its ID Token',
  ADD COLUMN id_token VARBINARY(4124) NULL COMMENT 'its ID Token, sealed; bound to this row; NULL: longer than 4,096 bytes';
