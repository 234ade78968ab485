// SPDX-License-Identifier: Apache-2.0
// auth.go - who asks: access tokens of people, keys of servers; and what is remembered for a while.
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	tokenSkewS    = 5
	rememberedMax = 20000
)

type memo struct {
	until time.Time
	value interface{}
}

// remembered holds values for a time; it forgets all of them when they are too many.
type remembered struct {
	lock sync.RWMutex
	age  time.Duration
	kept map[string]memo
}

func newRemembered(seconds float64) *remembered {
	return &remembered{age: time.Duration(seconds * float64(time.Second)), kept: map[string]memo{}}
}

func (m *remembered) get(key string) (interface{}, bool) {
	m.lock.RLock()
	found, ok := m.kept[key]
	m.lock.RUnlock()
	if !ok || time.Now().After(found.until) {
		return nil, false
	}
	return found.value, true
}

func (m *remembered) put(key string, value interface{}) {
	m.lock.Lock()
	if len(m.kept) >= rememberedMax {
		m.kept = map[string]memo{}
	}
	m.kept[key] = memo{time.Now().Add(m.age), value}
	m.lock.Unlock()
}

func (s *server) prepare() {
	s.people, s.servers = newRemembered(s.CallerCacheS), newRemembered(s.CallerCacheS)
	s.targets = newRemembered(s.LinkCacheS)
	s.posts, s.channels = newRemembered(postAgeS), newRemembered(postAgeS)
	s.keys = map[string][]byte{}
	for _, pair := range s.TokenKeys {
		s.keys[pair[0]], _ = base64.RawURLEncoding.DecodeString(pair[1])
	}
	s.secret = make([]byte, 32)
	_, _ = rand.Read(s.secret)
}

type claims struct {
	Iss     string  `json:"iss"`
	Aud     string  `json:"aud"`
	Sub     string  `json:"sub"`
	Company string  `json:"company"`
	Sid     *string `json:"sid"`
	Role    string  `json:"role"`
	Jti     string  `json:"jti"`
	Iat     *int64  `json:"iat"`
	Nbf     *int64  `json:"nbf"`
	Exp     *int64  `json:"exp"`
}

type caller struct {
	company, person, language, source string
}

func unauthenticated() error { return &problem{401, "A valid access token is needed", ""} }

func bearer(r *http.Request) (string, error) {
	header := r.Header.Get("Authorization")
	if !strings.HasPrefix(header, "Bearer ") {
		return "", unauthenticated()
	}
	return header[7:], nil
}

// part decodes one part of a token as a JSON object.
func part(text string, into interface{}) bool {
	bytes, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && json.Unmarshal(bytes, into) == nil
}

func (s *server) verify(token string, c *claims) bool {
	var head struct{ Alg, Typ, Kid string }
	parts := strings.Split(token, ".")
	if len(parts) != 3 || !part(parts[0], &head) || head.Alg != "HS256" {
		return false
	}
	key, known := s.keys[head.Kid]
	told, err := base64.RawURLEncoding.DecodeString(parts[2])
	if !known || err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(token[:len(parts[0])+1+len(parts[1])]))
	if !hmac.Equal(mac.Sum(nil), told) || !part(parts[1], c) {
		return false
	}
	now := time.Now().Unix()
	return c.Iss == s.PublicURL && c.Aud == "rostra" && c.Sub != "" && c.Company != "" && c.Role != "" && c.Jti != "" &&
		c.Iat != nil && c.Nbf != nil && c.Exp != nil && *c.Iat <= now+tokenSkewS && *c.Nbf <= now+tokenSkewS &&
		*c.Exp > now-tokenSkewS && *c.Exp > *c.Iat
}

type personNow struct {
	in, consentDue bool
	language       string
}

func (s *server) personNow(c *claims) (personNow, error) {
	sid := ""
	if c.Sid != nil {
		sid = *c.Sid
	}
	key := c.Company + c.Sub + sid
	if found, ok := s.people.get(key); ok {
		return found.(personNow), nil
	}
	var role string
	now := personNow{in: true}
	err := s.db.row("person", c.Sid, c.Company, c.Sub, c.Sid).Scan(&role, &now.language, &now.consentDue)
	if err == sql.ErrNoRows {
		now, err = personNow{}, nil
	}
	if err == nil {
		s.people.put(key, now)
	}
	return now, err
}

func (s *server) person(r *http.Request) (*caller, error) {
	var c claims
	token, err := bearer(r)
	if err != nil {
		return nil, err
	}
	if !s.verify(token, &c) {
		return nil, unauthenticated()
	}
	now, err := s.personNow(&c)
	switch {
	case err != nil:
		return nil, err
	case !now.in:
		return nil, unauthenticated()
	case now.consentDue:
		return nil, &problem{403, "Consent is needed", ""}
	}
	return &caller{company: c.Company, person: c.Sub, language: now.language}, nil
}

type keyNow struct {
	company, source, scopes string
}

func (s *server) keyNow(key string) (*keyNow, error) {
	if found, ok := s.servers.get(key); ok {
		return found.(*keyNow), nil
	}
	var id string
	now := &keyNow{}
	digest := sha256.Sum256([]byte(key))
	err := s.db.row("key", digest[:]).Scan(&now.company, &id, &now.source, &now.scopes)
	if err == sql.ErrNoRows {
		now, err = nil, nil
	}
	if err == nil {
		s.servers.put(key, now)
	}
	return now, err
}

func (s *server) serverCall(r *http.Request, scope string) (*caller, error) {
	key, err := bearer(r)
	if err != nil {
		return nil, err
	}
	now, err := s.keyNow(key)
	if err != nil {
		return nil, err
	}
	if now == nil {
		return nil, unauthenticated()
	}
	for _, has := range strings.Fields(now.scopes) {
		if has == scope {
			return &caller{company: now.company, source: now.source}, nil
		}
	}
	return nil, &problem{403, "The key lacks the scope " + scope + ".", ""}
}
