-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE company
  ADD COLUMN link_version BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes of what links lead to and show: while the sum of all companies stands, links that were looked up stand' AFTER feed_version;
