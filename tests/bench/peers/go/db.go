// SPDX-License-Identifier: Apache-2.0
// db.go - the pool, statements by name, transactions; what the tables keep as times.
package main

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

const duplicateEntry = 1062

type database struct {
	pool  *sql.DB
	stmts map[string]*sql.Stmt
}

func openDatabase(s *settings) (*database, error) {
	pool, err := sql.Open("mysql", fmt.Sprintf("%s@unix(%s)/%s?tx_isolation=%s", s.DBUser, s.DBSocket, s.DBName,
		url.QueryEscape("'READ-COMMITTED'")))
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(s.Connections)
	pool.SetMaxIdleConns(s.Connections)
	d := &database{pool: pool, stmts: map[string]*sql.Stmt{}}
	for name, text := range s.Statements {
		if d.stmts[name], err = pool.Prepare(text); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return d, nil
}

func (d *database) row(name string, args ...interface{}) *sql.Row {
	return d.stmts[name].QueryRow(args...)
}

// each calls fn for every row of the statement, of the transaction's when there is one.
func (d *database) each(tx *sql.Tx, name string, args []interface{}, fn func(*sql.Rows) error) error {
	stmt := d.stmts[name]
	if tx != nil {
		stmt = tx.Stmt(stmt)
	}
	rows, err := stmt.Query(args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

type step struct {
	name string
	args []interface{}
}

// write runs the statements in one transaction.
func (d *database) write(steps ...step) error {
	tx, err := d.pool.Begin()
	if err != nil {
		return err
	}
	for _, s := range steps {
		if _, err := tx.Stmt(d.stmts[s.name]).Exec(s.args...); err != nil {
			_ = tx.Rollback()
			return err
		}
	}
	return tx.Commit()
}

func isDuplicate(err error) bool {
	var e *mysql.MySQLError
	return errors.As(err, &e) && e.Number == duplicateEntry
}

// timeOf is RFC 3339 of what a column DATETIME(6) of UTC has.
func timeOf(text *string) *string {
	if text == nil {
		return nil
	}
	t := strings.Replace(strings.TrimSuffix(*text, ".000000"), " ", "T", 1) + "Z"
	return &t
}

func nowText() string { return time.Now().UTC().Format("2006-01-02 15:04:05.000000") }
