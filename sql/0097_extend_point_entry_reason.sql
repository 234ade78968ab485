-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE point_entry
  MODIFY COLUMN reason ENUM('allowance_grant','allowance_spent','kudos_received','kudos_given','share_published','human_click','lead','qualified_lead','redeemed') NOT NULL COMMENT 'why';
