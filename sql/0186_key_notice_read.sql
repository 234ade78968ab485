-- SPDX-License-Identifier: Apache-2.0
-- One key is the order of the inbox and says what is unread; what is old is found person by person.
ALTER TABLE notice
  DROP KEY notice_unread,
  DROP KEY notice_old,
  DROP KEY notice_told,
  ADD KEY notice_told (company_id, person_id, told_at, id, read_at);
