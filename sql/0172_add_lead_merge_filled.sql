-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE lead_merge
  ADD COLUMN filled SET('email','hash','name','organisation','phone','message','click','value') NOT NULL DEFAULT '' COMMENT 'what the kept lead did not know and has of the merged one: a split takes it back';
