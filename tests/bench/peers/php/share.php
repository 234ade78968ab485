<?php
// SPDX-License-Identifier: Apache-2.0
// share.php - PUT /v1/shares/{id}: may these words be shared there, and all that is kept of it.
declare(strict_types=1);

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CODE_TRIES = 3;
const NEAR_BITS = 3;
const NEAR_MIN = 3;

function draw_code(): string
{
	$code = '';
	for ($i = 0; $i < 8; $i++) {
		$code .= BASE62[random_int(0, 61)];
	}
	return $code;
}

/** Letters, digits, marks and symbols in lower case; any run of the rest is one space. */
function fold(string $words): string
{
	return trim(preg_replace('/[^\p{L}\p{N}\p{M}\p{S}]+/u', ' ', mb_strtolower_or_ascii($words)));
}

/** mbstring is an extension of its own, and most texts are ASCII. */
function mb_strtolower_or_ascii(string $words): string
{
	return function_exists('mb_strtolower') ? mb_strtolower($words) : strtolower($words);
}

/** Charikar's SimHash over windows of three words. */
function simhash(string $folded): int
{
	$words = explode(' ', $folded);
	$parts = [];
	for ($i = 2; $i < count($words); $i++) {
		$parts[] = $words[$i - 2] . ' ' . $words[$i - 1] . ' ' . $words[$i];
	}
	$sums = array_fill(0, 64, 0);
	foreach ($parts ?: [$folded] as $part) {
		$bits = unpack('P', hash('xxh64', $part, true))[1];
		for ($i = 0; $i < 64; $i++) {
			$sums[$i] += ($bits >> $i & 1) * 2 - 1;
		}
	}
	$out = 0;
	foreach ($sums as $i => $sum) {
		$out |= ($sum > 0 ? 1 : 0) << $i;
	}
	return $out;
}

function bits_of(int $n): int
{
	return substr_count(decbin($n), '1');
}

function has_disclosure(string $words, string $must): bool
{
	$must = preg_quote($must, '/');
	return preg_match("/(?<![\\w\\x80-\\xff])$must(?![\\w\\x80-\\xff])/i", $words) === 1;
}

function disclosure_for(array $disclosures, string $network): ?string
{
	$by_network = array_column($disclosures, 'text', 'network');
	return $by_network[$network] ?? $by_network['any'] ?? null;
}

/** The suggested text that fits best, with its disclosure. */
function default_words(array $texts, ?string $must, string $network, string $language): ?string
{
	if (!$texts) {
		return null;
	}
	$language = pick_language($language, array_column($texts, 'language'));
	$found = null;
	$most = 0;
	foreach ($texts as $t) {
		$fits = match ($t['network']) {
			$network => 3, 'any' => 1, default => 0
		};
		$fits += $fits && $t['language'] === $language ? 1 : 0;
		if ($fits > $most) {
			[$found, $most] = [$t['text'], $fits];
		}
	}
	return $found === null || $must === null || has_disclosure($found, $must) ? $found : "$found $must";
}

/** Word for word, but for a disclosure before or behind it. */
function is_suggested(array $texts, ?string $must, string $network, string $words): bool
{
	$bare = $whole = trim($words);
	if ($must !== null && strcasecmp(substr($whole, -strlen($must) - 1), " $must") === 0) {
		$bare = trim(substr($whole, 0, -strlen($must)));
	} elseif ($must !== null && strcasecmp(substr($whole, 0, strlen($must) + 1), "$must ") === 0) {
		$bare = trim(substr($whole, strlen($must)));
	}
	foreach ($texts as $t) {
		if (in_array($t['network'], ['any', $network], true) && in_array(trim($t['text']), [$whole, $bare], true)) {
			return true;
		}
	}
	return false;
}

function utf16_length(string $text): int
{
	return intdiv(strlen(iconv('UTF-8', 'UTF-16LE', $text)), 2);
}

function link_url(array $settings, string $code): string
{
	return "{$settings['link_url']}/r/$code";
}

function intent_url(array $settings, string $network, string $words, ?string $link, string $title): ?string
{
	$template = $settings['intents'][array_search($network, $settings['networks'], true)];
	if ($template === null) {
		return null;
	}
	$values = ['{text}' => $link === null ? $words : "$words $link", '{words}' => $words, '{url}' => (string) $link, '{title}' => $title];
	return strtr($template, array_map('rawurlencode', $values));
}

/** The post with the person's team and its index in the list of networks, when it may be shared so; else a Problem. */
function judge(Db $db, array $settings, array $who, array $asked): array
{
	$place = $db->row('place', [$asked['post_id'], $who['company'], $who['person']]);
	$seen = $place && str_contains(channels_of($db, $who, $place), $place['channel_id']);
	$post = $seen ? read_posts($db, $settings, $who['company'], $who['language'], [[$asked['post_id'], $place['post_version']]])[0] : null;
	if (!$post) {
		throw invalid('#/post_id', 'is no post in your feed');
	}
	$item = $post['item'];
	$must = disclosure_for($item['disclosures'], $asked['network']);
	$words = trim($asked['text'] ?? '') ?: default_words($post['suggested'], $must, $asked['network'], $asked['language'] ?? $who['language']);
	if (!$words) {
		throw invalid('#/text', 'is needed: the post suggests none for this network');
	}
	$edited = !is_suggested($post['suggested'], $must, $asked['network'], $words);
	check_words($settings, $item, $asked['network'], $must, $words, $edited);
	$folded = fold($words);
	return ['item' => $item, 'team' => $place['team_id'], 'words' => $words, 'edited' => $edited,
		'digest' => hash('sha256', $folded, true), 'simhash' => simhash($folded)];
}

function check_words(array $settings, array $item, string $network, ?string $must, string $words, bool $edited): void
{
	$limit = $settings['limits'][array_search($network, $settings['networks'], true)];
	if (!in_array($network, $item['networks'], true)) {
		throw invalid('#/network', "is not among the post's networks");
	}
	if ($must !== null && !has_disclosure($words, $must)) {
		throw invalid('#/text', "must contain \"$must\"");
	}
	if ($item['lock_text'] && $edited) {
		throw invalid('#/text', 'must be one of the suggested texts, word for word');
	}
	$length = utf16_length($words) + ($item['destination_url'] === null ? 0 : 1 + strlen(link_url($settings, '00000000')));
	if ($limit && $length > $limit) {
		throw invalid('#/text', "is $length long with its link; $network takes $limit");
	}
}

function warnings_of(Db $db, array $who, string $post, int $simhash): array
{
	$same = $similar = 0;
	foreach ($db->rows('recent', [$who['company'], $post]) as $row) {
		if ($row['state'] !== 'active' || $row['person_id'] === $who['person']) {
			continue;
		}
		$bits = bits_of((int) $row['low'] ^ $simhash & 0xffffffff) + bits_of((int) $row['high'] ^ $simhash >> 32 & 0xffffffff);
		$same += $bits === 0 ? 1 : 0;
		$similar += $bits <= NEAR_BITS ? 1 : 0;
	}
	return $similar < NEAR_MIN ? [] : [['code' => 'near_duplicate',
		'detail' => 'Colleagues shared nearly the same words lately; yours would stand out more.', 'same' => $same, 'similar' => $similar]];
}

/** The share that has this id, if there is one. */
function replay(Db $db, array $settings, array $who, string $id, string $digest): ?array
{
	$row = $db->row('share_get', [$who['company'], $id]);
	if (!$row) {
		return null;
	}
	if ($row['person_id'] !== $who['person'] || !hash_equals($row['body_sha256'], $digest)) {
		throw new Problem(409, 'Another share has this id.');
	}
	$link = $row['has_link'] ? link_url($settings, $row['code']) : null;
	$words = $link === null ? $row['text'] : substr($row['text'], 0, -strlen($link) - 1);
	return ['id' => $row['id'], 'person_id' => $row['person_id'], 'post_id' => $row['post_id'], 'network' => $row['network'],
		'state' => $row['state'], 'link' => $link, 'text' => $row['text'],
		'intent_url' => intent_url($settings, $row['network'], $words, $link, $row['title']), 'edited' => (bool) $row['edited'],
		'created_at' => time_of($row['created_at']), 'revoked_at' => time_of($row['revoked_at']), 'version' => $row['version'], 'warnings' => []];
}

function write_share(Db $db, array $settings, array $who, array $asked, array $judged, string $id, string $code, string $text, string $digest, string $now): void
{
	['company' => $company, 'person' => $me] = $who;
	$item = $judged['item'];
	$db->write([
		['count', [$company, $me]],
		['share', [$company, $id, $me, $asked['post_id'], $asked['network'], $item['channel_id'], $item['campaign_id'], $judged['team'],
			$code, $text, $judged['edited'], new Bytes($judged['digest']), sprintf('%u', $judged['simhash']), new Bytes($digest), $now]],
		['link', [$code, $company, $id, $now]],
		['mark', [$company, $me, $asked['post_id'], $now, $now, 1 << array_search($asked['network'], $settings['networks'], true)]],
		['event', [$company, 'share.created', $id, $now, $now]],
	]);
}

/** [share, true], or the one that has the id already. */
function create_share(Db $db, array $settings, array $who, array $asked, array $judged, string $id, string $digest): array
{
	for ($i = 0; $i < CODE_TRIES; $i++) {
		$code = draw_code();
		$link = $judged['item']['destination_url'] === null ? null : link_url($settings, $code);
		$text = $link === null ? $judged['words'] : "{$judged['words']} $link";
		$now = now_text();
		try {
			write_share($db, $settings, $who, $asked, $judged, $id, $code, $text, $digest, $now);
		} catch (PDOException $e) {
			if (!is_duplicate($e)) {
				throw $e;
			}
			$before = replay($db, $settings, $who, $id, $digest);
			if ($before) {
				return [$before, false];
			}
			continue;
		}
		return [['id' => $id, 'person_id' => $who['person'], 'post_id' => $asked['post_id'], 'network' => $asked['network'],
			'state' => 'active', 'link' => $link, 'text' => $text,
			'intent_url' => intent_url($settings, $asked['network'], $judged['words'], $link, $judged['item']['title']),
			'edited' => $judged['edited'], 'created_at' => time_of($now), 'revoked_at' => null, 'version' => 1], true];
	}
	throw new Problem(503, 'No free link was found.');
}

function put_share(Db $db, array $settings, string $id): void
{
	$who = person($db, $settings);
	$bytes = file_get_contents('php://input');
	$asked = body_object($bytes, ['post_id', 'network', 'text', 'language']);
	if (!preg_match('/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/', $id) || strlen($asked['post_id'] ?? '') !== 36) {
		throw invalid('#/post_id', 'must be an id');
	}
	if (!in_array($asked['network'] ?? '', $settings['networks'], true)) {
		throw invalid('#/network', 'is not known');
	}
	$judged = judge($db, $settings, $who, $asked);
	$warnings = warnings_of($db, $who, $asked['post_id'], $judged['simhash']);
	[$share, $created] = create_share($db, $settings, $who, $asked, $judged, $id, hash('sha256', $bytes, true));
	header('Cache-Control: no-store');
	header('Vary: Authorization, Accept-Language');
	answer($created ? 201 : 200, $created ? [...$share, 'warnings' => $warnings] : $share);
}
