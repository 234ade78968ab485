-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE link (
  code        CHAR(8)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'base62, random; all a stranger has',
  company_id  UUID        NOT NULL COMMENT 'company.id',
  share_id    UUID        NOT NULL COMMENT 'share.id',
  state       ENUM('active','revoked') NOT NULL DEFAULT 'active' COMMENT 'revoked: 404',
  created_at  DATETIME(6) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (code),
  KEY link_share (company_id, share_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Short links; the company follows from the code';
