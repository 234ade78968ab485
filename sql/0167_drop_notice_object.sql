-- SPDX-License-Identifier: Apache-2.0
-- What is retracted is found by notice_source_object.
ALTER TABLE notice
  DROP KEY notice_object;
