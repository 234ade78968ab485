-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE point_entry
  DROP KEY point_entry_at;
