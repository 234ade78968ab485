// SPDX-License-Identifier: Apache-2.0
// db.mjs - the pool, statements by name, transactions.
import mariadb from 'mariadb'

export function connect(settings) {
  const pool = mariadb.createPool({
    socketPath: settings.db_socket,
    user: settings.db_user,
    database: settings.db_name,
    connectionLimit: Math.ceil(settings.connections / settings.processes),
    minimumIdle: Math.ceil(settings.connections / settings.processes),
    dateStrings: true,
    bigIntAsNumber: true,
    insertIdAsNumber: true,
    sessionVariables: { tx_isolation: 'READ-COMMITTED' },
    timezone: 'Z'
  })
  const sql = settings.statements
  // execute(): prepared once a connection, then found in the connector's cache.
  const run = async (name, values) => pool.execute(sql[name], values)

  async function within(begin, work) {
    const connection = await pool.getConnection()
    try {
      for (const statement of begin) await connection.query(statement)
      const result = await work((name, values) => connection.execute(sql[name], values))
      await connection.commit()
      return result
    } catch (error) {
      await connection.rollback()
      throw error
    } finally {
      connection.release()
    }
  }
  const transaction = (work) => within(['START TRANSACTION'], work)
  // All of a report sees the rows of one moment.
  const snapshot = (work) => within(['SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY'], work)
  return { run, transaction, snapshot }
}

export const isDuplicate = (error) => error.errno === 1062

// What the tables have as DATETIME(6) of UTC.
export function timeOf(text) {
  if (text === null) return null
  const end = text.endsWith('.000000') ? 19 : text.length
  return `${text.slice(0, 10)}T${text.slice(11, end)}Z`
}

// Now, as such a column takes it: Date has milliseconds, the process's clock the rest.
const origin = performance.timeOrigin
export function nowText() {
  const us = Math.round((origin + performance.now()) * 1000)
  const text = new Date(Math.floor(us / 1000)).toISOString()
  return `${text.slice(0, 10)} ${text.slice(11, 23)}${String(us % 1000).padStart(3, '0')}`
}
