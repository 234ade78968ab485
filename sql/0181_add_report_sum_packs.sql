-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE report_sum
  MODIFY dimension ENUM('person','team','network','post','campaign','channel','quarter','path','row','sharer') NOT NULL
    COMMENT 'what the keys are; quarter: of an hour of the day, from 0; path: no keys, but conversions with their touches; row: the ids of these; sharer: no keys, but who shared what',
  ALGORITHM=INSTANT;
