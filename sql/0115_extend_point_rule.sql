-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE point_rule
  MODIFY COLUMN action ENUM('share_published','kudos_given','lead','qualified_lead','human_click','unique_visitor','won_value','post_approved','must_read_acknowledged','kudos_received','outside_action') NOT NULL COMMENT 'what is rewarded',
  ADD COLUMN name VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'of an outside action; else empty' AFTER action,
  ADD COLUMN item_cap_tenths BIGINT NULL COMMENT 'tenths; most a person gets for one item, ever; NULL: no limit',
  ADD COLUMN per_minor BIGINT NULL COMMENT 'of won_value: tenths is for each whole multiple of so many minor units',
  DROP PRIMARY KEY, ADD PRIMARY KEY (company_id, set_id, action, name);
