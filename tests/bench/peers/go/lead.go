// SPDX-License-Identifier: Apache-2.0
// lead.go - POST /v1/leads of a server, of somebody who came by no click that is known.
package main

import (
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

type leadNew struct {
	ExternalID   string  `json:"external_id"`
	Email        string  `json:"email"`
	Name         *string `json:"name"`
	Organisation *string `json:"organisation"`
	Phone        *string `json:"phone"`
	Message      *string `json:"message"`
}

type lead struct {
	ID           string  `json:"id"`
	Source       string  `json:"source"`
	ExternalID   string  `json:"external_id"`
	Channel      string  `json:"channel"`
	Email        *string `json:"email"`
	Name         *string `json:"name"`
	Organisation *string `json:"organisation"`
	Phone        *string `json:"phone"`
	Message      *string `json:"message"`
	ClickID      *string `json:"click_id"`
	MatchedBy    string  `json:"matched_by"`
	MatchReason  *string `json:"match_reason"`
	MatchPct     *int64  `json:"match_pct"`
	Stage        string  `json:"stage"`
	Value        *int64  `json:"value"`
	CreatedAt    *string `json:"created_at"`
	ReceivedAt   *string `json:"received_at"`
	ErasedAt     *string `json:"erased_at"`
	MergedInto   *string `json:"merged_into"`
	Version      int64   `json:"version"`
	Repeated     bool    `json:"repeated"`
}

func newUUID7() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[6:]); err != nil {
		return "", err
	}
	ms := time.Now().UnixMilli()
	for i := 5; i >= 0; i-- {
		b[i] = byte(ms)
		ms >>= 8
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	x := hex.EncodeToString(b[:])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:], nil
}

func tooLong(text *string, most int) bool {
	return text != nil && (len(*text) == 0 || len(*text) > most)
}

func (in *leadNew) check() error {
	switch {
	case in.ExternalID == "" || len(in.ExternalID) > 128:
		return invalid("#/external_id", "must have 1 to 128 characters")
	case len(in.Email) > 254 || strings.Count(in.Email, "@") != 1 || strings.ContainsAny(in.Email, " \t\r\n"):
		return invalid("#/email", "must be an address")
	case tooLong(in.Name, 120) || tooLong(in.Organisation, 120) || tooLong(in.Phone, 40) || tooLong(in.Message, 2000):
		return invalid("", "is too long")
	}
	return nil
}

// leadBefore is the one that came by this id; nil: there is none.
func (s *server) leadBefore(who *caller, external string) (*lead, error) {
	l := &lead{Repeated: true}
	err := s.db.row("lead_get", who.company, who.source, external).Scan(&l.ID, &l.Source, &l.ExternalID, &l.Channel, &l.Email,
		&l.Name, &l.Organisation, &l.Phone, &l.Message, &l.MatchedBy, &l.MatchReason, &l.MatchPct, &l.Stage, &l.CreatedAt,
		&l.ReceivedAt, &l.ErasedAt, &l.MergedInto, &l.Version)
	if err == sql.ErrNoRows {
		return nil, nil
	}
	l.CreatedAt, l.ReceivedAt, l.ErasedAt = timeOf(l.CreatedAt), timeOf(l.ReceivedAt), timeOf(l.ErasedAt)
	return l, err
}

func (s *server) createLead(who *caller, in *leadNew, email string, digest []byte) (*lead, error) {
	id, err := newUUID7()
	if err != nil {
		return nil, err
	}
	first, err := newUUID7()
	if err != nil {
		return nil, err
	}
	now := nowText()
	err = s.db.write(
		step{"lead", []interface{}{who.company, id, who.source, in.ExternalID, email, digest, in.Name, in.Organisation, in.Phone,
			in.Message, now, now}},
		step{"first", []interface{}{who.company, now, first, id, who.source, "lead." + id, now}})
	if err != nil {
		return nil, err
	}
	reason, pct := "nothing_known", int64(0)
	return &lead{ID: id, Source: who.source, ExternalID: in.ExternalID, Channel: "api", Email: &email, Name: in.Name,
		Organisation: in.Organisation, Phone: in.Phone, Message: in.Message, MatchedBy: "none",
		MatchReason: &reason, MatchPct: &pct, Stage: "lead", CreatedAt: timeOf(&now), ReceivedAt: timeOf(&now), Version: 1}, nil
}

func (s *server) putLead(who *caller, in *leadNew) (*lead, error) {
	email := strings.ToLower(in.Email)
	digest := sha256.Sum256([]byte(email))
	known := false
	err := s.db.each(nil, "same_email", []interface{}{who.company, digest[:]}, func(*sql.Rows) error {
		known = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	if known {
		before, err := s.leadBefore(who, in.ExternalID)
		if before == nil && err == nil {
			err = &problem{501, "The path of an address that is known is not part of this bench", ""}
		}
		return before, err
	}
	made, err := s.createLead(who, in, email, digest[:])
	if isDuplicate(err) {
		return s.leadBefore(who, in.ExternalID)
	}
	return made, err
}

func (s *server) postLead(w http.ResponseWriter, r *http.Request) error {
	var in leadNew
	who, err := s.serverCall(r, "leads:write")
	if err != nil {
		return err
	}
	if _, err = readBody(r, &in); err == nil {
		err = in.check()
	}
	if err != nil {
		return err
	}
	l, err := s.putLead(who, &in)
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if l.Repeated {
		status = http.StatusOK
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Authorization, Accept-Language")
	writeJSON(w, status, "application/json", l)
	return nil
}
