<?php
// SPDX-License-Identifier: Apache-2.0
// auth.php - who asks: access tokens of people, keys of servers.  What is remembered is shared by all children (APCu).
declare(strict_types=1);

const TOKEN_SKEW_S = 5;

/** $ask's answer, asked for again after some seconds. */
function remembered(string $key, int $seconds, callable $ask): mixed
{
	$value = apcu_fetch($key, $found);
	if (!$found) {
		$value = $ask();
		apcu_store($key, $value, $seconds);
	}
	return $value;
}

function unauthenticated(): Problem
{
	return new Problem(401, 'A valid access token is needed');
}

function bearer(): string
{
	$header = $_SERVER['HTTP_AUTHORIZATION'] ?? '';
	return str_starts_with($header, 'Bearer ') ? substr($header, 7) : throw unauthenticated();
}

function from_base64url(string $text): string
{
	return (string) base64_decode(strtr($text, '-_', '+/'), true);
}

function to_base64url(string $bytes): string
{
	return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

/** The claims of a good token, or null. */
function verified(array $settings, string $token): ?array
{
	$parts = explode('.', $token);
	if (count($parts) !== 3) {
		return null;
	}
	$head = json_decode(from_base64url($parts[0]), true, 3);
	$key = array_column($settings['token_keys'], 1, 0)[$head['kid'] ?? ''] ?? null;
	if (($head['alg'] ?? '') !== 'HS256' || $key === null) {
		return null;
	}
	$mac = hash_hmac('sha256', "$parts[0].$parts[1]", from_base64url($key), true);
	if (!hash_equals($mac, from_base64url($parts[2]))) {
		return null;
	}
	$c = json_decode(from_base64url($parts[1]), true, 3);
	$now = time();
	foreach (['sub', 'company', 'role', 'jti'] as $name) {
		if (!is_string($c[$name] ?? null)) {
			return null;
		}
	}
	foreach (['iat', 'nbf', 'exp'] as $name) {
		if (!is_int($c[$name] ?? null)) {
			return null;
		}
	}
	$good = ($c['iss'] ?? '') === $settings['public_url'] && ($c['aud'] ?? '') === 'rostra' && $c['iat'] <= $now + TOKEN_SKEW_S
		&& $c['nbf'] <= $now + TOKEN_SKEW_S && $c['exp'] > $now - TOKEN_SKEW_S && $c['exp'] > $c['iat'];
	return $good ? $c : null;
}

function person(Db $db, array $settings): array
{
	$c = verified($settings, bearer()) ?? throw unauthenticated();
	$sid = $c['sid'] ?? null;
	$now = remembered("person {$c['company']} {$c['sub']} $sid", $settings['caller_cache_s'],
		fn () => $db->row('person', [$sid, $c['company'], $c['sub'], $sid])) ?? throw unauthenticated();
	if ($now['consent_due']) {
		throw new Problem(403, 'Consent is needed');
	}
	return ['company' => $c['company'], 'person' => $c['sub'], 'language' => $now['language']];
}

function server_call(Db $db, array $settings, string $scope): array
{
	$digest = hash('sha256', bearer(), true);
	$key = remembered("key $digest", $settings['caller_cache_s'], fn () => $db->row('key', [new Bytes($digest)])) ?? throw unauthenticated();
	if (!in_array($scope, explode(' ', $key['scopes']), true)) {
		throw new Problem(403, "The key lacks the scope $scope.");
	}
	return ['company' => $key['company_id'], 'source' => $key['name']];
}
