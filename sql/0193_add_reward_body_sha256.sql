-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE reward
  ADD COLUMN body_sha256 BINARY(32) NULL COMMENT 'of the body that made it: tells a repeated PUT from another; NULL: not known' AFTER version;
