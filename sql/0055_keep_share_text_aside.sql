-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE share /* a VARCHAR of this size makes the server copy 32 KB for each row it scans */
  MODIFY text TEXT NOT NULL COMMENT 'final text, with disclosure and link';
