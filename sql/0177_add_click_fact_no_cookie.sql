-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE click
  MODIFY COLUMN fact ENUM('none','sharer','employee','prefetch','no_agent','head','early','duplicate','burst','no_cookie') NOT NULL DEFAULT 'none' COMMENT 'what the hit itself showed, whatever the rules say of its agent and address; none too for clicks from before it was kept',
  ALGORITHM=INSTANT;
