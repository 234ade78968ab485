<?php
// SPDX-License-Identifier: Apache-2.0
// report.php - GET /v1/reports/attribution: linear credit by person; days are those of the company's time zone.
declare(strict_types=1);

const WHOLE = 1000000;

/** Equal parts that add up: the first ones get what is left over. */
function split(int $whole, int $n): array
{
	$part = intdiv(abs($whole), $n);
	$left = abs($whole) % $n;
	$sign = $whole < 0 ? -1 : 1;
	return array_map(fn ($i) => $sign * ($part + ($i < $left ? 1 : 0)), range(0, $n - 1));
}

/** Rows come by conversion, and by time within one. */
function sum_up(array $rows): array
{
	$totals = ['count' => 0, 'value' => 0, 'nobody_count' => 0, 'nobody_value' => 0];
	$people = [];
	for ($i = 0; $i < count($rows);) {
		['id' => $id, 'value_minor' => $value] = $rows[$i];
		$touches = [];
		for (; $i < count($rows) && $rows[$i]['id'] === $id; $i++) {
			if ($rows[$i]['person_id'] !== null) {
				$touches[] = $rows[$i]['person_id'];
			}
		}
		$totals['count'] += WHOLE;
		$totals['value'] += $value;
		if (!$touches) {
			$totals['nobody_count'] += WHOLE;
			$totals['nobody_value'] += $value;
			continue;
		}
		$counts = split(WHOLE, count($touches));
		$values = split($value, count($touches));
		foreach ($touches as $n => $who) {
			$people[$who] ??= ['key' => $who, 'count' => 0, 'value' => 0, 'influenced' => 0];
			$people[$who]['count'] += $counts[$n];
			$people[$who]['value'] += $values[$n];
		}
		foreach (array_unique($touches) as $who) {
			$people[$who]['influenced']++;
		}
	}
	usort($people, fn ($a, $b) => [$b['value'], $b['count'], $a['key']] <=> [$a['value'], $a['count'], $b['key']]);
	return [$totals, $people];
}

function day_of(DateTimeZone $zone, ?string $asked, DateTimeImmutable $default): DateTimeImmutable
{
	$day = $asked === null ? $default : DateTimeImmutable::createFromFormat('!Y-m-d', $asked, $zone);
	return $day ?: throw new Problem(400, 'Some query parameters are not acceptable');
}

function get_report(Db $db, array $settings): void
{
	['company' => $company] = server_call($db, $settings, 'reports:read');
	$as_of = now_text();
	['time_zone' => $zone_name, 'currency' => $currency] = $db->row('company', [$company]);
	$zone = new DateTimeZone($zone_name);
	$to = day_of($zone, $_GET['to'] ?? null, new DateTimeImmutable('tomorrow', $zone));
	$from = day_of($zone, $_GET['from'] ?? null, $to->modify('-30 days'));
	$utc = new DateTimeZone('UTC');
	$period = array_map(fn ($day) => $day->setTimezone($utc)->format('Y-m-d H:i:s.u'), [$from, $to]);
	[$rows, $names, $others] = $db->snapshot(fn () => [
		$db->rows('stream', [$company, $company, ...$period, $currency]),
		array_column($db->rows('names', [$company]), 'name', 'id'),
		$db->rows('others', [$company, ...$period, $currency]),
	]);
	[$totals, $people] = sum_up($rows);
	$money = fn (int $minor) => ['amount_minor' => $minor, 'currency' => $currency];
	header('Cache-Control: private, no-cache');
	header('Vary: Authorization, Accept-Language');
	answer(200, [
		'as_of' => time_of($as_of), 'model' => 'linear',
		'models' => [['model' => 'linear', 'first' => null, 'last' => null, 'half_life_hours' => null, 'markov' => null]],
		'path' => 'all', 'window_days' => null, 'stage' => 'lead', 'group' => 'person', 'from' => $from->format('Y-m-d'),
		'to' => $to->format('Y-m-d'), 'time_zone' => $zone_name, 'currency' => $currency,
		'totals' => ['conversions' => $totals['count'] / WHOLE, 'value' => $money($totals['value'])],
		'unattributed' => ['conversions' => $totals['nobody_count'] / WHOLE, 'value' => $money($totals['nobody_value'])],
		'rows' => array_map(fn ($p) => ['key' => $p['key'], 'name' => $names[$p['key']] ?? null, 'conversions' => $p['count'] / WHOLE,
			'value' => $money($p['value']), 'influenced' => $p['influenced'], 'also' => []], $people),
		'other_currencies' => array_map(fn ($o) => ['currency' => $o['currency'], 'conversions' => $o['conversions']], $others),
		'converted' => [],
	]);
}
