<?php
// SPDX-License-Identifier: Apache-2.0
// lead.php - POST /v1/leads of a server, of somebody who came by no click that is known.
declare(strict_types=1);

const LIMITS = ['name' => 120, 'organisation' => 120, 'phone' => 40, 'message' => 2000];

function uuid7(): string
{
	$bytes = substr(pack('J', (int) (microtime(true) * 1000)), 2) . random_bytes(10);
	$bytes[6] = chr(ord($bytes[6]) & 0x0f | 0x70);
	$bytes[8] = chr(ord($bytes[8]) & 0x3f | 0x80);
	return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex($bytes), 4));
}

function check_lead(array $in): void
{
	if (!preg_match('/^.{1,128}$/s', $in['external_id'] ?? '')) {
		throw invalid('#/external_id', 'must have 1 to 128 characters');
	}
	if (strlen($in['email'] ?? '') > 254 || !preg_match('/^[^@\s]+@[^@\s]+$/', $in['email'] ?? '')) {
		throw invalid('#/email', 'must be an address');
	}
	foreach (LIMITS as $name => $most) {
		if (isset($in[$name]) && (!is_string($in[$name]) || $in[$name] === '' || strlen($in[$name]) > $most)) {
			throw invalid("#/$name", "must have 1 to $most characters");
		}
	}
}

function lead_answer(array $row, bool $repeated): array
{
	return ['id' => $row['id'], 'source' => $row['source'], 'external_id' => $row['external_id'], 'channel' => $row['channel'],
		'email' => $row['email'], 'name' => $row['name'], 'organisation' => $row['organisation'], 'phone' => $row['phone'],
		'message' => $row['message'], 'click_id' => null, 'matched_by' => $row['matched_by'],
		'match_reason' => $row['match_reason'], 'match_pct' => $row['match_pct'], 'stage' => $row['stage'], 'value' => null,
		'created_at' => time_of($row['created_at']), 'received_at' => time_of($row['received_at']),
		'erased_at' => time_of($row['erased_at']), 'merged_into' => $row['merged_into'], 'version' => $row['version'],
		'repeated' => $repeated];
}

/** The new row, or null when the id is taken. */
function create_lead(Db $db, array $who, array $in): ?array
{
	['company' => $company, 'source' => $source] = $who;
	[$id, $now] = [uuid7(), now_text()];
	$words = array_map(fn ($name) => $in[$name] ?? null, array_combine(array_keys(LIMITS), array_keys(LIMITS)));
	try {
		$db->write([
			['lead', [$company, $id, $source, $in['external_id'], $in['email'], new Bytes(hash('sha256', $in['email'], true)),
				...array_values($words), $now, $now]],
			['first', [$company, $now, uuid7(), $id, $source, "lead.$id", $now]],
		]);
	} catch (PDOException $e) {
		return is_duplicate($e) ? null : throw $e;
	}
	return ['id' => $id, 'source' => $source, 'external_id' => $in['external_id'], 'channel' => 'api', 'email' => $in['email'], ...$words,
		'matched_by' => 'none', 'match_reason' => 'nothing_known', 'match_pct' => 0, 'stage' => 'lead', 'created_at' => $now, 'received_at' => $now, 'erased_at' => null, 'merged_into' => null,
		'version' => 1];
}

function post_lead(Db $db, array $settings): void
{
	$who = server_call($db, $settings, 'leads:write');
	$in = body_object(file_get_contents('php://input'), ['external_id', 'email', ...array_keys(LIMITS)]);
	check_lead($in);
	$in['email'] = strtolower($in['email']);
	$key = [$who['company'], $who['source'], $in['external_id']];
	$known = $db->rows('same_email', [$who['company'], new Bytes(hash('sha256', $in['email'], true))]);
	$before = $known ? $db->row('lead_get', $key) : null;
	if ($known && !$before) {
		throw new Problem(501, 'The path of an address that is known is not part of this bench');
	}
	$made = $known ? null : create_lead($db, $who, $in);
	header('Cache-Control: no-store');
	header('Vary: Authorization, Accept-Language');
	answer($made ? 201 : 200, lead_answer($made ?? $before ?? $db->row('lead_get', $key), !$made));
}
