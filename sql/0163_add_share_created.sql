-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE share
  ADD KEY share_created (company_id, created_at);
