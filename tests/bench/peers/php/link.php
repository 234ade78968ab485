<?php
// SPDX-License-Identifier: Apache-2.0
// link.php - GET /r/{code}: an INSERT for each click, then the redirect.  Where a code leads is remembered as long as the
// product remembers it.
declare(strict_types=1);

const GONE = <<<'HTML'
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="robots" content="noindex">
<title>Not found</title>
</head>
<body>
<h1>Not found</h1>
<p>This link does not exist or is no longer valid.</p>
</body>
</html>

HTML;
const ROBOTS = '~bot|crawl|spider|slurp|preview|fetch|curl|wget|python|java/|http|facebookexternalhit|whatsapp|telegram|linkedin|slack|discord~i';

function joint(string $base): string
{
	return str_contains($base, '?') ? '&' : '?';
}

function destination_of(array $settings, array $row, string $code): array
{
	$words = ['{network}' => $row['network'], '{campaign}' => (string) $row['campaign'], '{post}' => $row['post_id'], '{share}' => $code];
	[$base, $fragment] = explode('#', $row['destination_url'], 2) + [1 => null];
	parse_str(strtolower((string) parse_url($base, PHP_URL_QUERY)), $own);
	$tracked = $row['track'] && !isset($own['rclid']);
	foreach ($settings['utm'] as $name) {
		if ($row[$name] !== null && $row[$name] !== '' && !isset($own[$name])) {
			$base .= joint($base) . "$name=" . rawurlencode(strtr($row[$name], $words));
		}
	}
	return ['base' => $base, 'fragment' => $fragment === null ? '' : "#$fragment", 'tracked' => $tracked];
}

/** Null for a code that leads nowhere. */
function target_of(Db $db, array $settings, string $code): ?array
{
	return remembered("target $code", $settings['link_cache_s'], function () use ($db, $settings, $code) {
		$row = $db->row('target', [$code]);
		if (!$row || $row['state'] !== 'active' || !$row['active'] || !$row['destination_url']) {
			return null;
		}
		return ['company' => $row['company_id'], 'share' => $row['share_id'], ...destination_of($settings, $row, $code)];
	});
}

function write_click(Db $db, array $target, string $id): void
{
	$agent = $_SERVER['HTTP_USER_AGENT'] ?? '';
	$address = $_SERVER['REMOTE_ADDR'];
	$secret = remembered('secret', 86400, fn () => random_bytes(32));
	$robot = $agent === '' || preg_match(ROBOTS, $agent);
	$db->run('click', [$target['company'], now_text(), new Bytes($id), $target['share'], $robot ? 'bot' : 'human', $robot ? 'agent' : '',
		new Bytes($id), new Bytes(substr(hash_hmac('sha256', $address, $secret, true), 0, 16)), preg_replace('/\.\d+$/', '.0', $address) . '/24',
		substr($agent, 0, 255), parse_url($_SERVER['HTTP_REFERER'] ?? '', PHP_URL_HOST)]);
}

function get_link(Db $db, array $settings, string $code): void
{
	$target = preg_match('/^[0-9A-Za-z]{8}$/', $code) ? target_of($db, $settings, $code) : null;
	header('Cache-Control: no-store');
	header('Referrer-Policy: no-referrer-when-downgrade');
	if (!$target) {
		http_response_code(404);
		header('Content-Type: text/html; charset=utf-8');
		echo GONE;
		return;
	}
	$id = random_bytes(12);
	write_click($db, $target, $id);
	$rclid = $target['tracked'] ? joint($target['base']) . 'rclid=' . to_base64url($id) : '';
	header("Location: {$target['base']}$rclid{$target['fragment']}", true, 302);
	header_remove('Content-Type');
	ini_set('default_mimetype', '');
}
