-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE sign_in
  ADD COLUMN trial_id UUID NULL COMMENT 'provider_trial.id; NULL: it is none';
