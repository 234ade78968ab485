-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE lead
  ADD COLUMN merged_into UUID NULL COMMENT 'lead.id of the same person''s lead, which has its events meanwhile; NULL: it stands for itself',
  ADD KEY lead_merged (company_id, merged_into);
