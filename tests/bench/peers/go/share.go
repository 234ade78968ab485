// SPDX-License-Identifier: Apache-2.0
// share.go - PUT /v1/shares/{id}: may these words be shared there, and all that is kept of it.
package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"math/big"
	"math/bits"
	"net/http"
	"strings"
)

const (
	base62    = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	codeTries = 3
	nearBits  = 3
	nearMin   = 3
)

type shareNew struct {
	PostID   string `json:"post_id"`
	Network  string `json:"network"`
	Text     string `json:"text"`
	Language string `json:"language"`
}

type warning struct {
	Code    string `json:"code"`
	Detail  string `json:"detail"`
	Same    int    `json:"same"`
	Similar int    `json:"similar"`
}

type share struct {
	ID        string    `json:"id"`
	PersonID  string    `json:"person_id"`
	PostID    string    `json:"post_id"`
	Network   string    `json:"network"`
	State     string    `json:"state"`
	Link      *string   `json:"link"`
	Text      string    `json:"text"`
	IntentURL *string   `json:"intent_url"`
	Edited    bool      `json:"edited"`
	CreatedAt *string   `json:"created_at"`
	RevokedAt *string   `json:"revoked_at"`
	Version   int64     `json:"version"`
	Warnings  []warning `json:"warnings"`
}

// judged is a share that may be made: its words, and what is kept beside them.
type judged struct {
	post    *post
	team    *string
	words   string
	network int
	edited  bool
	digest  [32]byte
	simhash uint64
}

func drawCode() (string, error) {
	code := make([]byte, 8)
	for i := range code {
		n, err := rand.Int(rand.Reader, big.NewInt(62))
		if err != nil {
			return "", err
		}
		code[i] = base62[n.Int64()]
	}
	return string(code), nil
}

func (s *server) linkURL(code string) string { return s.LinkURL + "/r/" + code }

func (s *server) intentURL(network int, words, link, title string) *string {
	template := s.Intents[network]
	if template == nil {
		return nil
	}
	text := words
	if link != "" {
		text += " " + link
	}
	url := strings.NewReplacer("{text}", percent(text), "{words}", percent(words), "{url}", percent(link),
		"{title}", percent(title)).Replace(*template)
	return &url
}

// visiblePost is the post if it is in the caller's feed, with their team; else nil.
func (s *server) visiblePost(who *caller, id string) (*post, *string, error) {
	var companyVersion, audienceVersion, version int64
	var channel string
	var team *string
	err := s.db.row("place", id, who.company, who.person).Scan(&companyVersion, &audienceVersion, &channel, &version, &team)
	if err == sql.ErrNoRows {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	channels, err := s.channelsOf(who.company, who.person, companyVersion, audienceVersion)
	if err != nil || !strings.Contains(channels, channel) {
		return nil, nil, err
	}
	posts, err := s.readPosts(who.company, who.language, []wanted{{id, version}})
	if err != nil {
		return nil, nil, err
	}
	return posts[0], team, nil
}

func (s *server) indexOf(network string) int {
	for i, name := range s.Networks {
		if name == network {
			return i
		}
	}
	return -1
}

func (s *server) judge(who *caller, in *shareNew) (*judged, error) {
	j := &judged{network: s.indexOf(in.Network)}
	if j.network < 0 {
		return nil, invalid("#/network", "is not known")
	}
	p, team, err := s.visiblePost(who, in.PostID)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, invalid("#/post_id", "is no post in your feed")
	}
	must := disclosureFor(p.Disclosures, in.Network)
	language := in.Language
	if language == "" {
		language = who.language
	}
	j.post, j.team, j.words = p, team, strings.TrimSpace(in.Text)
	if j.words == "" {
		j.words = defaultWords(p.suggested, must, in.Network, language)
	}
	j.edited = !isSuggested(p.suggested, must, in.Network, j.words)
	if err := s.checkWords(j, in.Network, must); err != nil {
		return nil, err
	}
	folded := fold(j.words)
	j.digest, j.simhash = sha256.Sum256([]byte(folded)), simhash(folded)
	return j, nil
}

func (s *server) checkWords(j *judged, network, must string) error {
	length, limit := utf16Length(j.words), s.Limits[j.network]
	if j.post.DestinationURL != nil {
		length += 1 + len(s.linkURL("00000000"))
	}
	switch {
	case j.words == "":
		return invalid("#/text", "is needed: the post suggests none for this network")
	case !contains(j.post.Networks, network):
		return invalid("#/network", "is not among the post's networks")
	case must != "" && !hasDisclosure(j.words, must):
		return invalid("#/text", "must contain \""+must+"\"")
	case j.post.LockText && j.edited:
		return invalid("#/text", "must be one of the suggested texts, word for word")
	case limit > 0 && length > limit:
		return invalid("#/text", "is too long")
	}
	return nil
}

func contains(list []string, word string) bool {
	for _, has := range list {
		if has == word {
			return true
		}
	}
	return false
}

func (s *server) warnings(who *caller, postID string, own uint64) ([]warning, error) {
	same, similar := 0, 0
	err := s.db.each(nil, "recent", []interface{}{who.company, postID}, func(rows *sql.Rows) error {
		var person, state string
		var high, low uint64
		if err := rows.Scan(&person, &state, &high, &low); err != nil {
			return err
		}
		if state != "active" || person == who.person {
			return nil
		}
		apart := bits.OnesCount64((high<<32 | low) ^ own)
		if apart == 0 {
			same++
		}
		if apart <= nearBits {
			similar++
		}
		return nil
	})
	if err != nil || similar < nearMin {
		return []warning{}, err
	}
	return []warning{{"near_duplicate", "Colleagues shared nearly the same words lately; yours would stand out more.", same, similar}}, nil
}

// replay is the share that has this id; nil: there is none.
func (s *server) replay(who *caller, id string, digest []byte) (*share, error) {
	var code, title string
	var kept []byte
	var hasLink bool
	out := &share{Warnings: []warning{}}
	err := s.db.row("share_get", who.company, id).Scan(&out.ID, &out.PersonID, &out.PostID, &out.Network, &out.State, &code,
		&out.Text, &out.Edited, &kept, &out.CreatedAt, &out.RevokedAt, &out.Version, &title, &hasLink)
	if err == sql.ErrNoRows {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if out.PersonID != who.person || !bytes.Equal(kept, digest) {
		return nil, &problem{409, "Another share has this id.", ""}
	}
	words, link := out.Text, ""
	if hasLink {
		link = s.linkURL(code)
		out.Link = &link
		words = words[:len(words)-len(link)-1]
	}
	out.IntentURL = s.intentURL(s.indexOf(out.Network), words, link, title)
	out.CreatedAt, out.RevokedAt = timeOf(out.CreatedAt), timeOf(out.RevokedAt)
	return out, nil
}

func (s *server) writeShare(who *caller, j *judged, out *share, code, now string, digest []byte) error {
	return s.db.write(
		step{"count", []interface{}{who.company, who.person}},
		step{"share", []interface{}{who.company, out.ID, who.person, out.PostID, out.Network, j.post.ChannelID, j.post.CampaignID,
			j.team, code, out.Text, j.edited, j.digest[:], j.simhash, digest, now}},
		step{"link", []interface{}{code, who.company, out.ID, now}},
		step{"mark", []interface{}{who.company, who.person, out.PostID, now, now, 1 << j.network}},
		step{"event", []interface{}{who.company, "share.created", out.ID, now, now}})
}

// create draws codes until one is free; false: the id is taken.
func (s *server) create(who *caller, in *shareNew, j *judged, id string, digest []byte) (*share, bool, error) {
	for i := 0; i < codeTries; i++ {
		code, err := drawCode()
		if err != nil {
			return nil, false, err
		}
		now, link := nowText(), ""
		out := &share{ID: id, PersonID: who.person, PostID: in.PostID, Network: in.Network, State: "active", Text: j.words,
			Edited: j.edited, CreatedAt: timeOf(&now), Version: 1}
		if j.post.DestinationURL != nil {
			link = s.linkURL(code)
			out.Link = &link
			out.Text += " " + link
		}
		out.IntentURL = s.intentURL(j.network, j.words, link, j.post.Title)
		err = s.writeShare(who, j, out, code, now, digest)
		if err == nil {
			return out, true, nil
		}
		if !isDuplicate(err) {
			return nil, false, err
		}
		before, err := s.replay(who, id, digest)
		if before != nil || err != nil {
			return before, false, err
		}
	}
	return nil, false, &problem{503, "No free link was found.", ""}
}

func (s *server) putShare(w http.ResponseWriter, r *http.Request) error {
	var in shareNew
	who, err := s.person(r)
	if err != nil {
		return err
	}
	body, err := readBody(r, &in)
	if err != nil {
		return err
	}
	id := lastPart(r.URL.Path)
	if !uuid7.MatchString(id) || len(in.PostID) != 36 {
		return invalid("#/post_id", "must be an id")
	}
	j, err := s.judge(who, &in)
	if err != nil {
		return err
	}
	warnings, err := s.warnings(who, in.PostID, j.simhash)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(body)
	out, created, err := s.create(who, &in, j, id, digest[:])
	if err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status, out.Warnings = http.StatusCreated, warnings
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Authorization, Accept-Language")
	writeJSON(w, status, "application/json", out)
	return nil
}
