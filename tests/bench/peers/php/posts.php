<?php
// SPDX-License-Identifier: Apache-2.0
// posts.php - posts, and the channels people see, kept in shared memory while the tables' counters say that they are the same.
declare(strict_types=1);

const POST_AGE_S = 300;

function names_of(array $settings, int $bits): array
{
	$names = [];
	foreach ($settings['networks'] as $i => $name) {
		if ($bits >> $i & 1) {
			$names[] = $name;
		}
	}
	return $names;
}

function records(?string $packed): array
{
	return $packed === null ? [] : array_map(fn ($record) => explode("\x1f", $record), explode("\x1e", $packed));
}

/** RFC 4647 3.4: the wish as it is, then without its last subtag, and so on; else the first offer. */
function pick_language(string $wish, array $offers): string
{
	for ($range = $wish; $range !== ''; $range = substr($range, 0, (int) strrpos($range, '-'))) {
		foreach ($offers as $offer) {
			if (strcasecmp($offer, $range) === 0) {
				return $offer;
			}
		}
	}
	return $offers[0];
}

/** Those in the reader's language first; among equals the order stays. */
function sort_texts(array $texts, string $wish, string $own): array
{
	$best = pick_language($wish, [$own, ...array_column($texts, 'language')]);
	usort($texts, fn ($a, $b) => ($b['language'] === $best) <=> ($a['language'] === $best));
	return $texts;
}

function post_of(array $settings, array $row, string $language): array
{
	$texts = array_map(fn ($r) => ['network' => $r[0], 'language' => $r[1], 'text' => $r[2]], records($row['texts']));
	return ['suggested' => $texts, 'item' => [
		...$row,
		'networks' => names_of($settings, $row['networks']),
		'lock_text' => (bool) $row['lock_text'],
		'must_read' => (bool) $row['must_read'],
		'publish_at' => time_of($row['publish_at']),
		'expire_at' => time_of($row['expire_at']),
		'texts' => sort_texts($texts, $language, $row['language']),
		'disclosures' => array_map(fn ($r) => ['network' => $r[0], 'text' => $r[1]], records($row['disclosures'])),
		'published_at' => time_of($row['published_at']),
	]];
}

/** Those that are wanted, [[id, version], ...], as a reader of this language sees them: one statement for all that are new. */
function read_posts(Db $db, array $settings, string $company, string $language, array $wanted): array
{
	$key_of = fn (string $id, int $version) => "post $company $id $version $language";
	$keys = array_map(fn ($w) => $key_of(...$w), $wanted);
	$found = apcu_fetch($keys);
	$missing = [];
	foreach ($wanted as $i => [$id]) {
		if (!isset($found[$keys[$i]])) {
			$missing[] = $id;
		}
	}
	$by_id = [];
	foreach ($missing ? $db->rows('posts', [json_encode($missing), $company]) : [] as $row) {
		$by_id[$row['id']] = post_of($settings, $row, $language);
		apcu_store($key_of($row['id'], $row['version']), $by_id[$row['id']], POST_AGE_S);
	}
	return array_map(fn ($w, $key) => $found[$key] ?? $by_id[$w[0]] ?? null, $wanted, $keys);
}

/** The channels of a person's feed, asked for again when one of the counters has moved. */
function channels_of(Db $db, array $who, array $counters): string
{
	$key = "channels {$who['company']} {$who['person']} {$counters['company_version']} {$counters['audience_version']}";
	return remembered($key, POST_AGE_S, fn () => (string) $db->row('channels', [$who['company'], $who['person']])['channels']);
}
