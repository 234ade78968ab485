-- SPDX-License-Identifier: Apache-2.0
INSERT IGNORE INTO provider_domain (domain, company_id, provider_id)
SELECT d.domain, ip.company_id, ip.id
  FROM identity_provider ip,
       JSON_TABLE(CONCAT('["', REPLACE(ip.email_domains, ' ', '","'), '"]'), '$[*]' COLUMNS (domain VARCHAR(253) PATH '$')) d
 WHERE ip.email_domains <> '';
