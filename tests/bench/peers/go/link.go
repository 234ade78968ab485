// SPDX-License-Identifier: Apache-2.0
// link.go - GET /r/{code}: an INSERT for each click, then the redirect.  Where a code leads is remembered as long as the
// product remembers it.
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

const gone = `<!doctype html>
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
`

var (
	codes  = regexp.MustCompile(`^[0-9A-Za-z]{8}$`)
	robots = []string{"bot", "crawl", "spider", "slurp", "preview", "fetch", "curl", "wget", "python", "java/", "http",
		"facebookexternalhit", "whatsapp", "telegram", "linkedin", "slack", "discord"}
)

type target struct {
	company, share, base, fragment string
	tracked                        bool
}

func joint(base string) string {
	if strings.Contains(base, "?") {
		return "&"
	}
	return "?"
}

func (s *server) destination(t *target, destination string, words *strings.Replacer, utm [5]sql.NullString) {
	t.base = destination
	if cut := strings.IndexByte(destination, '#'); cut >= 0 {
		t.base, t.fragment = destination[:cut], destination[cut:]
	}
	own := map[string]bool{}
	if mark := strings.IndexByte(t.base, '?'); mark >= 0 {
		for _, pair := range strings.Split(t.base[mark+1:], "&") {
			own[strings.ToLower(strings.SplitN(pair, "=", 2)[0])] = true
		}
	}
	for i, name := range s.UTM {
		if utm[i].String != "" && !own[name] {
			t.base += joint(t.base) + name + "=" + percent(words.Replace(utm[i].String))
		}
	}
	t.tracked = t.tracked && !own["rclid"]
}

// target is nil for a code that leads nowhere.
func (s *server) target(code string) (*target, error) {
	if found, ok := s.targets.get(code); ok {
		return found.(*target), nil
	}
	var state, post, network string
	var active bool
	var destination, campaign sql.NullString
	var utm [5]sql.NullString
	t := &target{}
	err := s.db.row("target", code).Scan(&state, &t.company, &t.share, &post, &active, &t.tracked, &network, &destination,
		&campaign, &utm[0], &utm[1], &utm[2], &utm[3], &utm[4])
	if err != nil && err != sql.ErrNoRows {
		return nil, err
	}
	if err == sql.ErrNoRows || state != "active" || !active || destination.String == "" {
		t = nil
	} else {
		s.destination(t, destination.String, strings.NewReplacer("{network}", network, "{campaign}", campaign.String,
			"{post}", post, "{share}", code), utm)
	}
	s.targets.put(code, t)
	return t, nil
}

func classOf(agent string) (string, string) {
	lower := strings.ToLower(agent)
	for _, word := range robots {
		if strings.Contains(lower, word) {
			return "bot", "agent"
		}
	}
	if agent == "" {
		return "bot", "agent"
	}
	return "human", ""
}

func (s *server) writeClick(r *http.Request, t *target, id []byte) error {
	agent, address := r.UserAgent(), r.Header.Get("X-Forwarded-For")
	class, reason := classOf(agent)
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte(address))
	prefix := address[:strings.LastIndexByte(address, '.')+1] + "0/24"
	if len(agent) > 255 {
		agent = agent[:255]
	}
	var referrer *string
	if from, err := url.Parse(r.Referer()); err == nil && from.Host != "" {
		referrer = &from.Host
	}
	_, err := s.db.stmts["click"].Exec(t.company, nowText(), id, t.share, class, reason, id, mac.Sum(nil)[:16], prefix, agent, referrer)
	return err
}

func (s *server) getLink(w http.ResponseWriter, r *http.Request) error {
	var t *target
	var err error
	code := lastPart(r.URL.Path)
	if codes.MatchString(code) {
		t, err = s.target(code)
	}
	if err != nil {
		return err
	}
	head := w.Header()
	head.Set("Cache-Control", "no-store")
	head.Set("Referrer-Policy", "no-referrer-when-downgrade")
	if t == nil {
		head.Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(gone))
		return nil
	}
	id := make([]byte, 12)
	if _, err := rand.Read(id); err != nil {
		return err
	}
	if err := s.writeClick(r, t, id); err != nil {
		return err
	}
	location := t.base
	if t.tracked {
		location += joint(location) + "rclid=" + base64.RawURLEncoding.EncodeToString(id)
	}
	head.Set("Location", location+t.fragment)
	w.WriteHeader(http.StatusFound)
	return nil
}
