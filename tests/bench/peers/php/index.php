<?php
// SPDX-License-Identifier: Apache-2.0
// index.php - the endpoints of the bench in PHP: the one entry, kept compiled by opcache.
declare(strict_types=1);

require __DIR__ . '/db.php';
require __DIR__ . '/auth.php';
require __DIR__ . '/posts.php';

final class Problem extends Exception
{
	public function __construct(public readonly int $status, string $title, public readonly string $about = '')
	{
		parent::__construct($title);
	}
}

function invalid(string $pointer, string $detail): Problem
{
	return new Problem(422, 'Some fields are not acceptable', "$pointer $detail");
}

function answer(int $status, array $value, string $type = 'application/json'): void
{
	http_response_code($status);
	header("Content-Type: $type");
	echo json_encode($value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
}

function body_object(string $bytes, array $known): array
{
	$body = json_decode($bytes, true, 8);
	if ($body === null) {
		throw new Problem(400, 'The body is not valid JSON');
	}
	if (!is_array($body) || array_diff_key($body, array_flip($known))) {
		throw invalid('', 'has members that are not known');
	}
	return $body;
}

const ROUTES = [
	'GET /v1/feed' => ['feed.php', 'get_feed'],
	'PUT /v1/shares/' => ['share.php', 'put_share'],
	'POST /v1/leads' => ['lead.php', 'post_lead'],
	'GET /v1/reports/attribution' => ['report.php', 'get_report'],
	'GET /r/' => ['link.php', 'get_link'],
];

function handle(array $settings): void
{
	$path = strtok($_SERVER['REQUEST_URI'], '?');
	$last = substr($path, strrpos($path, '/') + 1);
	$route = ROUTES["{$_SERVER['REQUEST_METHOD']} $path"]
		?? ROUTES[$_SERVER['REQUEST_METHOD'] . ' ' . substr($path, 0, -strlen($last) ?: null)]
		?? throw new Problem(404, 'No such resource');
	require __DIR__ . '/' . $route[0];
	$route[1](new Db($settings), $settings, $last);
}

header_remove('X-Powered-By');
try {
	handle(require $_SERVER['PEER_SETTINGS']);
} catch (Problem $p) {
	header('Cache-Control: no-store');
	if ($p->status === 401) {
		header('WWW-Authenticate: Bearer realm="rostra"');
	}
	answer($p->status, ['title' => $p->getMessage(), 'status' => $p->status, 'detail' => $p->about], 'application/problem+json');
} catch (Throwable $e) {
	error_log((string) $e);
	answer(500, ['title' => 'The server failed', 'status' => 500], 'application/problem+json');
}
