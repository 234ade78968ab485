-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE lead_merge_event (
  company_id    UUID         NOT NULL COMMENT 'company.id',
  merge_id      UUID         NOT NULL COMMENT 'lead_merge.id',
  conversion_id UUID         NOT NULL COMMENT 'conversion.id',
  what          ENUM('moved','set_aside') NOT NULL COMMENT 'set_aside: that the merged lead came, which the kept one''s coming says already; the row as it was follows',
  occurred_at   DATETIME(6)  NOT NULL COMMENT 'conversion.occurred_at',
  stage         ENUM('lead','qualified','opportunity','won','lost') NOT NULL COMMENT 'conversion.stage',
  value_minor   BIGINT       NULL COMMENT 'conversion.value_minor; minor units',
  currency      CHAR(3)      CHARACTER SET ascii NULL COMMENT 'conversion.currency',
  campaign_id   UUID         NULL COMMENT 'conversion.campaign_id',
  source        VARCHAR(60)  NOT NULL COMMENT 'conversion.source',
  external_id   VARCHAR(128) COLLATE utf8mb4_bin NOT NULL COMMENT 'conversion.external_id',
  received_at   DATETIME(6)  NOT NULL COMMENT 'conversion.received_at',
  PRIMARY KEY (company_id, merge_id, conversion_id),
  KEY lead_merge_event_conversion (company_id, conversion_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Events that a merge of leads moved or set aside';
