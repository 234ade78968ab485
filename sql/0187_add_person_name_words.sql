-- SPDX-License-Identifier: Apache-2.0
-- People are found by each word of their names, of which "Ana-Maria de la Cruz" has five: by the first four.
ALTER TABLE person
  ADD COLUMN name_2 VARCHAR(120) AS (NULLIF(LTRIM(SUBSTRING(display_name, CHAR_LENGTH(SUBSTRING_INDEX(REPLACE(display_name, '-', ' '), ' ', 1)) + 2)), '')) STORED COMMENT 'of display_name: from its second word on; NULL: there is none' AFTER display_name,
  ADD COLUMN name_3 VARCHAR(120) AS (NULLIF(LTRIM(SUBSTRING(display_name, CHAR_LENGTH(SUBSTRING_INDEX(REPLACE(display_name, '-', ' '), ' ', 2)) + 2)), '')) STORED COMMENT 'of display_name: from its third word on; NULL: there is none' AFTER name_2,
  ADD COLUMN name_4 VARCHAR(120) AS (NULLIF(LTRIM(SUBSTRING(display_name, CHAR_LENGTH(SUBSTRING_INDEX(REPLACE(display_name, '-', ' '), ' ', 3)) + 2)), '')) STORED COMMENT 'of display_name: from its fourth word on; NULL: there is none' AFTER name_3,
  ADD KEY person_name_2 (company_id, name_2, id),
  ADD KEY person_name_3 (company_id, name_3, id),
  ADD KEY person_name_4 (company_id, name_4, id);
