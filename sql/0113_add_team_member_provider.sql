-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE team_member
  ADD COLUMN provider_id UUID NULL COMMENT 'identity_provider.id; its groups claim said so, and may end it; NULL: the directory or an admin did';
