-- SPDX-License-Identifier: Apache-2.0
-- One key says that a fact is written once, and finds the entries of an object.
ALTER TABLE point_entry
  DROP KEY point_entry_object,
  DROP KEY point_entry_key,
  ADD UNIQUE KEY point_entry_fact (company_id, object_id, person_id, entry_key);
