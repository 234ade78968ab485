-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE touch
  ADD COLUMN found_by ENUM('click','visitor','email') NULL COMMENT 'how it was found to be on the lead''s path; NULL: from before it was kept';
