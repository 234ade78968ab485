<?php
// SPDX-License-Identifier: Apache-2.0
// feed.php - GET /v1/feed: who looks, then the page of posts with what the reader did with them.
declare(strict_types=1);

function feed_item(array $settings, array $row, array $post): array
{
	return [
		...$post['item'],
		'pinned' => (bool) $row['pinned'],
		'seen_at' => time_of($row['seen_at']),
		'acknowledged_at' => time_of($row['acknowledged_at']),
		'shared_networks' => names_of($settings, $row['shared_networks']),
	];
}

function get_feed(Db $db, array $settings): void
{
	$who = person($db, $settings);
	$limit = filter_var($_GET['limit'] ?? 25, FILTER_VALIDATE_INT, ['options' => ['min_range' => 1]]);
	$limit = $limit === false ? throw new Problem(400, 'Some query parameters are not acceptable', '?limit') : min($limit, 100);
	$counters = $db->row('counters', [$who['company'], $who['person']]);
	$channels = channels_of($db, $who, $counters);
	$etag = 'W/"' . substr(hash('sha256', "{$counters['company_version']} {$counters['person_version']} $channels $limit"), 0, 16) . '"';
	header("ETag: $etag");
	header('Cache-Control: private, no-cache');
	header('Vary: Authorization, Accept-Language');
	if (($_SERVER['HTTP_IF_NONE_MATCH'] ?? '') === $etag) {
		http_response_code(304);
		return;
	}
	$rows = $db->rows('page', [$who['person'], $who['company'], $channels, $limit + 1]);
	$more = count($rows) > $limit;
	$shown = array_slice($rows, 0, $limit);
	$posts = read_posts($db, $settings, $who['company'], $who['language'], array_map(fn ($r) => [$r['post_id'], $r['post_version']], $shown));
	$last = end($shown);
	answer(200, [
		'items' => array_map(fn ($row, $post) => feed_item($settings, $row, $post), $shown, $posts),
		'next_cursor' => $more ? to_base64url("{$last['pinned']} {$last['published_at']} {$last['post_id']}") : null,
		'has_more' => $more,
	]);
}
