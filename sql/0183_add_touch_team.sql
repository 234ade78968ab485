-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE touch
  ADD KEY touch_team (company_id, team_id);
