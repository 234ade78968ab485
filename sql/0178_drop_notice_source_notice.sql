-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE notice_source
  DROP KEY notice_source_notice;
