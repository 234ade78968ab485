-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE report_sum
  MODIFY what ENUM('share','click','other_click','lead','qualified','opportunity','won','event','lead_credit','qualified_credit','opportunity_credit','won_credit')
    NOT NULL COMMENT 'what is counted; of clicks the human ones, of stages credit in millionths; credit: by currency, with values',
  ALGORITHM=INSTANT;
