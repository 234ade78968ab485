-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE redemption
  ADD KEY redemption_state (company_id, state, id);
