// SPDX-License-Identifier: Apache-2.0
// report.go - GET /v1/reports/attribution: linear credit by person; days are those of the company's time zone.
package main

import (
	"context"
	"database/sql"
	"net/http"
	"sort"
	"time"
)

const (
	whole       = 1000000
	dayForm     = "2006-01-02"
	columnForm  = "2006-01-02 15:04:05.000000"
	daysDefault = 30
)

type money struct {
	AmountMinor int64  `json:"amount_minor"`
	Currency    string `json:"currency"`
}

type sumView struct {
	Conversions float64 `json:"conversions"`
	Value       money   `json:"value"`
}

type rowView struct {
	Key         string     `json:"key"`
	Name        *string    `json:"name"`
	Conversions float64    `json:"conversions"`
	Value       money      `json:"value"`
	Influenced  int64      `json:"influenced"`
	Also        []struct{} `json:"also"`
}

type modelView struct {
	Model    string    `json:"model"`
	First    *float64  `json:"first"`
	Last     *float64  `json:"last"`
	HalfLife *int64    `json:"half_life_hours"`
	Markov   *struct{} `json:"markov"`
}

type otherView struct {
	Currency    string `json:"currency"`
	Conversions int64  `json:"conversions"`
}

type reportView struct {
	AsOf            *string     `json:"as_of"`
	Model           string      `json:"model"`
	Models          []modelView `json:"models"`
	Path            string      `json:"path"`
	WindowDays      *int64      `json:"window_days"`
	Stage           string      `json:"stage"`
	Group           string      `json:"group"`
	From            string      `json:"from"`
	To              string      `json:"to"`
	TimeZone        string      `json:"time_zone"`
	Currency        string      `json:"currency"`
	Totals          sumView     `json:"totals"`
	Unattributed    sumView     `json:"unattributed"`
	Rows            []rowView   `json:"rows"`
	OtherCurrencies []otherView `json:"other_currencies"`
	Converted       []otherView `json:"converted"`
}

type personSum struct {
	key               string
	count, value      int64
	influenced, touch int64 // touch: the conversion that was counted last
}

type sums struct {
	count, value, nobodyCount, nobodyValue int64
	conversions                            int64
	people                                 map[string]*personSum
}

// partOf is the i-th of n equal parts that add up: the first ones get what is left over.
func partOf(size int64, n, i int) int64 {
	sign := int64(1)
	if size < 0 {
		sign, size = -1, -size
	}
	part, left := size/int64(n), size%int64(n)
	if int64(i) < left {
		part++
	}
	return sign * part
}

func (t *sums) add(value int64, touches []string) {
	t.conversions++
	t.count += whole
	t.value += value
	if len(touches) == 0 {
		t.nobodyCount += whole
		t.nobodyValue += value
	}
	for i, who := range touches {
		sum := t.people[who]
		if sum == nil {
			sum = &personSum{key: who}
			t.people[who] = sum
		}
		sum.count += partOf(whole, len(touches), i)
		sum.value += partOf(value, len(touches), i)
		if sum.touch != t.conversions {
			sum.influenced++
			sum.touch = t.conversions
		}
	}
}

// stream sums rows that come by conversion, and by time within one.
func (s *server) stream(tx *sql.Tx, args []interface{}) (*sums, error) {
	var current string
	var value int64
	var touches []string
	t := &sums{people: map[string]*personSum{}}
	err := s.db.each(tx, "stream", args, func(rows *sql.Rows) error {
		var id string
		var minor int64
		var touchedAt, person *string
		var click []byte
		if err := rows.Scan(&id, &minor, &touchedAt, &click, &person); err != nil {
			return err
		}
		if id != current {
			if current != "" {
				t.add(value, touches)
			}
			current, value, touches = id, minor, touches[:0]
		}
		if person != nil {
			touches = append(touches, *person)
		}
		return nil
	})
	if current != "" {
		t.add(value, touches)
	}
	return t, err
}

func (s *server) namesOf(tx *sql.Tx, company string, t *sums) (map[string]*string, error) {
	names := map[string]*string{}
	return names, s.db.each(tx, "names", []interface{}{company}, func(rows *sql.Rows) error {
		var id, name string
		err := rows.Scan(&id, &name)
		if t.people[id] != nil {
			names[id] = &name
		}
		return err
	})
}

// snapshot: all of a report sees the rows of one moment.
func (s *server) snapshot(v *reportView, company string, period [2]string) error {
	tx, err := s.db.pool.BeginTx(context.Background(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	t, err := s.stream(tx, []interface{}{company, company, period[0], period[1], v.Currency})
	if err != nil {
		return err
	}
	names, err := s.namesOf(tx, company, t)
	if err != nil {
		return err
	}
	v.Rows = t.rows(names, v.Currency)
	v.Totals = sumView{float64(t.count) / whole, money{t.value, v.Currency}}
	v.Unattributed = sumView{float64(t.nobodyCount) / whole, money{t.nobodyValue, v.Currency}}
	return s.db.each(tx, "others", []interface{}{company, period[0], period[1], v.Currency}, func(rows *sql.Rows) error {
		var other otherView
		err := rows.Scan(&other.Currency, &other.Conversions)
		v.OtherCurrencies = append(v.OtherCurrencies, other)
		return err
	})
}

func (t *sums) rows(names map[string]*string, currency string) []rowView {
	list := make([]*personSum, 0, len(t.people))
	for _, sum := range t.people {
		list = append(list, sum)
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.value != b.value {
			return a.value > b.value
		}
		if a.count != b.count {
			return a.count > b.count
		}
		return a.key < b.key
	})
	rows := make([]rowView, len(list))
	for i, sum := range list {
		rows[i] = rowView{sum.key, names[sum.key], float64(sum.count) / whole, money{sum.value, currency}, sum.influenced, []struct{}{}}
	}
	return rows
}

// period resolves local days; the last 30 when none are given.
func (v *reportView) period(r *http.Request, zone *time.Location) ([2]string, error) {
	var out [2]string
	query := r.URL.Query()
	if v.To = query.Get("to"); v.To == "" {
		v.To = time.Now().In(zone).AddDate(0, 0, 1).Format(dayForm)
	}
	to, err := time.ParseInLocation(dayForm, v.To, zone)
	if err != nil {
		return out, &problem{400, "Some query parameters are not acceptable", "?to"}
	}
	if v.From = query.Get("from"); v.From == "" {
		v.From = to.AddDate(0, 0, -daysDefault).Format(dayForm)
	}
	from, err := time.ParseInLocation(dayForm, v.From, zone)
	if err != nil {
		return out, &problem{400, "Some query parameters are not acceptable", "?from"}
	}
	return [2]string{from.UTC().Format(columnForm), to.UTC().Format(columnForm)}, nil
}

func (s *server) getReport(w http.ResponseWriter, r *http.Request) error {
	who, err := s.serverCall(r, "reports:read")
	if err != nil {
		return err
	}
	now := nowText()
	v := reportView{AsOf: timeOf(&now), Model: "linear", Models: []modelView{{Model: "linear"}}, Path: "all", Stage: "lead",
		Group: "person", OtherCurrencies: []otherView{}, Converted: []otherView{}}
	if err := s.db.row("company", who.company).Scan(&v.TimeZone, &v.Currency); err != nil {
		return err
	}
	zone, err := time.LoadLocation(v.TimeZone)
	if err != nil {
		return err
	}
	period, err := v.period(r, zone)
	if err == nil {
		err = s.snapshot(&v, who.company, period)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("Vary", "Authorization, Accept-Language")
	writeJSON(w, http.StatusOK, "application/json", v)
	return nil
}
