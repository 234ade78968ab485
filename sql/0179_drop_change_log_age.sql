-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE change_log
  DROP KEY change_log_age;
