-- SPDX-License-Identifier: Apache-2.0
-- From now on it ends with the account of either.
UPDATE mentoring m
  JOIN person a ON a.company_id = m.company_id AND a.id = m.mentor_id
  JOIN person b ON b.company_id = m.company_id AND b.id = m.mentee_id
   SET m.state = IF(m.state = 'asked', 'withdrawn', 'ended'), m.ended_at = UTC_TIMESTAMP(6)
 WHERE m.state IN ('asked', 'active') AND (a.state <> 'active' OR b.state <> 'active');
