-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE company
  ADD COLUMN people_version BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes of what kudos ask of a company and its people: names, states, zones, primary teams, what they want to be told, values, policy; while it stands, what was read of them stands' AFTER link_version;
