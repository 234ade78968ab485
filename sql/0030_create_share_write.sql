-- SPDX-License-Identifier: Apache-2.0
-- One round trip for one transaction: a share, its link, its mark on the post, its event. The person's counter is taken
-- first: it orders the changes of one person, and people do not wait for each other.
CREATE PROCEDURE share_write(
  IN in_company UUID, IN in_id UUID, IN in_person UUID, IN in_post UUID, IN in_network INT, IN in_channel UUID,
  IN in_campaign UUID, IN in_team UUID, IN in_code CHAR(8) CHARACTER SET ascii, IN in_text VARCHAR(8000) CHARACTER SET utf8mb4,
  IN in_edited BOOLEAN, IN in_text_sha256 BINARY(32), IN in_text_simhash BIGINT UNSIGNED, IN in_body_sha256 BINARY(32),
  IN in_at DATETIME(6))
  SQL SECURITY INVOKER
  COMMENT 'Writes a share and what belongs to it'
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;
  START TRANSACTION;
  UPDATE person SET feed_version = (@rostra_feed_seq := feed_version + 1) WHERE company_id = in_company AND id = in_person;
  INSERT INTO share (company_id, id, person_id, post_id, network, channel_id, campaign_id, team_id, code, text, edited,
      text_sha256, text_simhash, body_sha256, created_at, feed_seq)
    VALUES (in_company, in_id, in_person, in_post, in_network, in_channel, in_campaign, in_team, in_code, in_text, in_edited,
      in_text_sha256, in_text_simhash, in_body_sha256, in_at, @rostra_feed_seq);
  INSERT INTO link (code, company_id, share_id, created_at) VALUES (in_code, in_company, in_id, in_at);
  INSERT INTO person_post (company_id, person_id, post_id, seen_at, shared_at, shared_networks)
    VALUES (in_company, in_person, in_post, in_at, in_at, 1 << (in_network - 1))
    ON DUPLICATE KEY UPDATE seen_at = COALESCE(seen_at, VALUES(seen_at)), shared_at = VALUES(shared_at),
      shared_networks = shared_networks | VALUES(shared_networks);
  INSERT INTO outbox (company_id, kind, object_id, due_at, created_at)
    VALUES (in_company, 'share.created', in_id, in_at, in_at);
  COMMIT;
END;
