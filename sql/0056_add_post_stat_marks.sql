-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE post_stat
  ADD COLUMN marks BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'how often shares of the post came or went',
  ADD COLUMN stale BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'marked since it was counted',
  ADD KEY post_stat_stale (stale);
