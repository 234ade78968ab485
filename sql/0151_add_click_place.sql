-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE click
  ADD COLUMN country CHAR(2) CHARACTER SET ascii NULL COMMENT 'ISO 3166-1; of ip_prefix, where the operator gives a file of places',
  ADD COLUMN city VARCHAR(80) NULL COMMENT 'in English; of ip_prefix, so coarse';
