-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE audit_event
  MODIFY COLUMN address VARCHAR(45) CHARACTER SET ascii NULL COMMENT 'PII of actor_id; where the request came from',
  MODIFY COLUMN changes JSON NOT NULL COMMENT 'PII of person_id (left: {}); member: [before, after]';
