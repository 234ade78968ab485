-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE identity
  ADD COLUMN tid VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'the tenant of the provider''s directory, where its tokens name one (Entra); as of the last sign-in',
  ADD COLUMN oid VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'PII; the person in that directory, the same word for every application of it; as of the last sign-in';
