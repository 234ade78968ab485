-- SPDX-License-Identifier: Apache-2.0
-- What takes an entry back is found by its key.
ALTER TABLE point_entry
  DROP KEY point_entry_reverses;
