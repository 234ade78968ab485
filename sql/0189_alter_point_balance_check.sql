-- SPDX-License-Identifier: Apache-2.0
-- The same, told by the period, which is 0 of what is earned: names of an ENUM are compared as texts, at each change of a row.
ALTER TABLE point_balance
  DROP CONSTRAINT allowance_not_below_zero,
  ADD CONSTRAINT allowance_not_below_zero CHECK (period = 0 OR tenths >= 0);
