-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE point_entry
  ADD KEY point_entry_at (company_id, currency, created_at, person_id, reason, tenths);
