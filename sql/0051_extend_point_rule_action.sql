-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE point_rule
  MODIFY COLUMN action ENUM('share_published','kudos_given','lead','qualified_lead') NOT NULL COMMENT 'what is rewarded';
