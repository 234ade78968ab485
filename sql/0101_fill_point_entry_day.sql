-- SPDX-License-Identifier: Apache-2.0
UPDATE point_entry e LEFT JOIN point_entry o ON o.company_id = e.company_id AND o.person_id = e.person_id AND o.id = e.reverses_id
SET e.day = IF(e.day > 0, e.day, CAST(DATE_FORMAT(COALESCE(o.created_at, e.created_at), '%Y%m%d') AS UNSIGNED)),
  e.team_id = (SELECT m.team_id FROM team_member m WHERE m.company_id = e.company_id AND m.person_id = e.person_id AND m.is_primary
    AND m.from_at <= COALESCE(o.created_at, e.created_at) AND (m.to_at IS NULL OR m.to_at > COALESCE(o.created_at, e.created_at)) LIMIT 1)
WHERE e.company_id = e.company_id /* all companies: what is there already */ AND e.currency = 'earned' AND e.reason <> 'redeemed';
