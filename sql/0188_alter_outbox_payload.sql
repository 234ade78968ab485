-- SPDX-License-Identifier: Apache-2.0
-- JSON() checks a text whenever a row of it changes: at the claim of an event, too.  The program makes these texts itself.
ALTER TABLE outbox
  MODIFY COLUMN payload LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'facts of the moment, as JSON';
