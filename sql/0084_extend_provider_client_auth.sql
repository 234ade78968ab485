-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE identity_provider
  MODIFY COLUMN client_auth ENUM('basic','post','private_key_jwt') NOT NULL DEFAULT 'basic' COMMENT 'how the secret is sent; or a key of provider_key instead';
