-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE point_entry
  ADD COLUMN team_id UUID NULL COMMENT 'primary team of the person at what an earned entry is for; a reversal has that of the entry it takes back' AFTER object_id;
