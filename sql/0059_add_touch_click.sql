-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE touch
  ADD KEY touch_click (company_id, click_id);
