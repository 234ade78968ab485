-- SPDX-License-Identifier: Apache-2.0
UPDATE kudos_report r JOIN kudos k ON k.company_id = r.company_id AND k.id = r.kudos_id
  SET r.decided_at = COALESCE(k.edited_at, r.reported_at)
  WHERE r.decided_at IS NULL AND k.state IN ('withdrawn', 'removed') /* all companies: once, what is over waits for nobody */;
