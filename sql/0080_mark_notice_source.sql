-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE notice_source
  MODIFY COLUMN person_id UUID NOT NULL COMMENT 'PII (delete row); person.id who is told';
