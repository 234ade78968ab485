-- SPDX-License-Identifier: Apache-2.0
-- A line tells of what happened first itself: most tell of one thing only.  Lines of an object are found by its key.
ALTER TABLE notice
  ADD COLUMN source_id UUID NULL COMMENT 'of what happened first, such as a comment; NULL: it counts no more, or stands in notice_source' AFTER slot,
  ADD COLUMN actor_id UUID NULL COMMENT 'person.id who did that; NULL: nobody' AFTER source_id,
  DROP KEY notice_open,
  ADD UNIQUE KEY notice_line (company_id, object_id, person_id, kind, slot);
