-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE share /* a post's shares and sharers are counted in the index alone */
  DROP KEY share_post,
  ADD KEY share_post (company_id, post_id, created_at, state, person_id);
