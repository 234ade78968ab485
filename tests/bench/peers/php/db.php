<?php
// SPDX-License-Identifier: Apache-2.0
// db.php - a persistent connection, statements by name, transactions.  Statements of PHP die with the request, so the
// values are put into them here (PDO's default): preparing on the server would cost a round trip for each.
declare(strict_types=1);

const DUPLICATE_ENTRY = 1062;

/** Bytes that are no text. */
final class Bytes
{
	public function __construct(public readonly string $bytes)
	{
	}
}

final class Db
{
	private PDO $pdo;
	private array $sql;

	public function __construct(array $settings)
	{
		$this->sql = $settings['statements'];
		$this->pdo = new PDO(
			"mysql:unix_socket={$settings['db_socket']};dbname={$settings['db_name']};charset=utf8mb4",
			$settings['db_user'],
			'',
			[
				PDO::ATTR_PERSISTENT => true,
				PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
				PDO::MYSQL_ATTR_INIT_COMMAND => "SET SESSION tx_isolation = 'READ-COMMITTED'",
			]
		);
	}

	public function run(string $name, array $values): PDOStatement
	{
		$statement = $this->pdo->prepare($this->sql[$name]);
		foreach ($values as $i => $value) {
			match (true) {
				is_int($value), is_bool($value) => $statement->bindValue($i + 1, (int) $value, PDO::PARAM_INT),
				$value instanceof Bytes => $statement->bindValue($i + 1, $value->bytes, PDO::PARAM_LOB),
				$value === null => $statement->bindValue($i + 1, null, PDO::PARAM_NULL),
				default => $statement->bindValue($i + 1, $value),
			};
		}
		$statement->execute();
		return $statement;
	}

	public function rows(string $name, array $values): array
	{
		return $this->run($name, $values)->fetchAll(PDO::FETCH_ASSOC);
	}

	public function row(string $name, array $values): ?array
	{
		return $this->rows($name, $values)[0] ?? null;
	}

	/** All of [[name, values], ...], or none. */
	public function write(array $steps): void
	{
		$this->pdo->beginTransaction();
		try {
			foreach ($steps as [$name, $values]) {
				$this->run($name, $values);
			}
			$this->pdo->commit();
		} catch (Throwable $e) {
			$this->pdo->rollBack();
			throw $e;
		}
	}

	/** What $read gives of the rows of one moment. */
	public function snapshot(callable $read): mixed
	{
		$this->pdo->exec('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
		$this->pdo->exec('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
		try {
			return $read();
		} finally {
			$this->pdo->exec('COMMIT');
		}
	}
}

function is_duplicate(PDOException $e): bool
{
	return ($e->errorInfo[1] ?? 0) === DUPLICATE_ENTRY;
}

/** RFC 3339 of what a column DATETIME(6) of UTC has. */
function time_of(?string $text): ?string
{
	if ($text === null) {
		return null;
	}
	return substr($text, 0, 10) . 'T' . substr($text, 11, str_ends_with($text, '.000000') ? 8 : 15) . 'Z';
}

function now_text(): string
{
	[$fraction, $seconds] = explode(' ', microtime());
	return gmdate('Y-m-d H:i:s', (int) $seconds) . substr($fraction, 1, 7);
}
