-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE api_key
  ADD COLUMN former_sha256 BINARY(32) NULL COMMENT 'of the secret before a rotation',
  ADD COLUMN former_until DATETIME(6) NULL COMMENT 'UTC; that one is good until then',
  ADD KEY api_key_former (former_sha256);
