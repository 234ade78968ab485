-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE team
  ADD COLUMN role ENUM('curator','manager','admin') NULL COMMENT 'whoever joins has at least this role, and loses it by leaving; NULL: no role comes with it';
