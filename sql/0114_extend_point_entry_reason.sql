-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE point_entry
  MODIFY COLUMN reason ENUM('allowance_grant','allowance_spent','kudos_received','kudos_given','share_published','human_click','lead','qualified_lead','redeemed','unique_visitor','won_value','post_approved','must_read_acknowledged','kudos_received_bonus','outside_action') NOT NULL COMMENT 'why',
  ADD COLUMN item_id UUID NULL COMMENT 'what a cap per item counts together: the post of shares, the share of clicks, the lead' AFTER object_id;
