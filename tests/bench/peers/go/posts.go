// SPDX-License-Identifier: Apache-2.0
// posts.go - posts, and the channels people see, kept in memory while the tables' counters say that they are the same.
package main

import (
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"
)

const postAgeS = 300

type suggestion struct {
	Network  string `json:"network"`
	Language string `json:"language"`
	Text     string `json:"text"`
}

type disclosure struct {
	Network string `json:"network"`
	Text    string `json:"text"`
}

type post struct {
	ID              string       `json:"id"`
	ChannelID       string       `json:"channel_id"`
	CampaignID      *string      `json:"campaign_id"`
	Kind            string       `json:"kind"`
	Language        string       `json:"language"`
	Title           string       `json:"title"`
	Summary         *string      `json:"summary"`
	DestinationURL  *string      `json:"destination_url"`
	ImageURL        *string      `json:"image_url"`
	Networks        []string     `json:"networks"`
	LockText        bool         `json:"lock_text"`
	MustRead        bool         `json:"must_read"`
	PublishAt       *string      `json:"publish_at"`
	ExpireAt        *string      `json:"expire_at"`
	SuggestedBy     *string      `json:"suggested_by"`
	Texts           []suggestion `json:"texts"`
	Disclosures     []disclosure `json:"disclosures"`
	SuggestedByName *string      `json:"suggested_by_name"`
	PublishedAt     *string      `json:"published_at"`
	Version         int64        `json:"version"`

	suggested []suggestion // as the post has them
}

func (s *server) names(bits uint32) []string {
	names := []string{}
	for i, name := range s.Networks {
		if bits>>i&1 != 0 {
			names = append(names, name)
		}
	}
	return names
}

func records(packed *string) [][]string {
	var out [][]string
	if packed == nil || *packed == "" {
		return nil
	}
	for _, record := range strings.Split(*packed, "\x1e") {
		out = append(out, strings.Split(record, "\x1f"))
	}
	return out
}

// pickLanguage: RFC 4647 3.4: the wish as it is, then without its last subtag, and so on; else the first offer.
func pickLanguage(wish string, offers []string) string {
	for wish != "" {
		for _, offer := range offers {
			if strings.EqualFold(offer, wish) {
				return offer
			}
		}
		cut := strings.LastIndexByte(wish, '-')
		if cut < 0 {
			break
		}
		wish = wish[:cut]
	}
	return offers[0]
}

// sortTexts: those in the reader's language first; among equals the order stays.
func sortTexts(texts []suggestion, wish, own string) []suggestion {
	offers := []string{own}
	for _, t := range texts {
		offers = append(offers, t.Language)
	}
	best := pickLanguage(wish, offers)
	sorted := make([]suggestion, 0, len(texts))
	for _, first := range []bool{true, false} {
		for _, t := range texts {
			if (t.Language == best) == first {
				sorted = append(sorted, t)
			}
		}
	}
	return sorted
}

func (s *server) scanPost(rows *sql.Rows, language string) (*post, error) {
	var texts, disclosures *string
	var networks uint32
	p := &post{Disclosures: []disclosure{}}
	err := rows.Scan(&p.ID, &p.ChannelID, &p.CampaignID, &p.Kind, &p.Language, &p.Title, &p.Summary, &p.DestinationURL,
		&p.ImageURL, &networks, &p.LockText, &p.MustRead, &p.PublishAt, &p.ExpireAt, &p.SuggestedBy, &texts, &disclosures,
		&p.SuggestedByName, &p.PublishedAt, &p.Version)
	if err != nil {
		return nil, err
	}
	p.Networks = s.names(networks)
	p.PublishAt, p.ExpireAt, p.PublishedAt = timeOf(p.PublishAt), timeOf(p.ExpireAt), timeOf(p.PublishedAt)
	for _, r := range records(texts) {
		p.suggested = append(p.suggested, suggestion{r[0], r[1], r[2]})
	}
	p.Texts = sortTexts(p.suggested, language, p.Language)
	for _, r := range records(disclosures) {
		p.Disclosures = append(p.Disclosures, disclosure{r[0], r[1]})
	}
	return p, nil
}

type wanted struct {
	id      string
	version int64
}

func (w wanted) key(company, language string) string {
	return company + w.id + strconv.FormatInt(w.version, 10) + language
}

// readPosts gives those that are wanted as a reader of the language sees them: one statement for all that are new.
func (s *server) readPosts(company, language string, list []wanted) ([]*post, error) {
	var missing []string
	found := make([]*post, len(list))
	for i, w := range list {
		if kept, ok := s.posts.get(w.key(company, language)); ok {
			found[i] = kept.(*post)
		} else {
			missing = append(missing, w.id)
		}
	}
	if len(missing) == 0 {
		return found, nil
	}
	ids, err := json.Marshal(missing)
	if err != nil {
		return nil, err
	}
	return found, s.db.each(nil, "posts", []interface{}{string(ids), company}, func(rows *sql.Rows) error {
		p, err := s.scanPost(rows, language)
		if err != nil {
			return err
		}
		s.posts.put(wanted{p.ID, p.Version}.key(company, language), p)
		for i, w := range list {
			if w.id == p.ID {
				found[i] = p
			}
		}
		return nil
	})
}

type seenChannels struct {
	companyVersion, audienceVersion int64
	list                            string
}

// channelsOf is asked for again when one of the counters has moved.
func (s *server) channelsOf(company, person string, companyVersion, audienceVersion int64) (string, error) {
	key := company + person
	if found, ok := s.channels.get(key); ok {
		kept := found.(seenChannels)
		if kept.companyVersion == companyVersion && kept.audienceVersion == audienceVersion {
			return kept.list, nil
		}
	}
	var list sql.NullString
	if err := s.db.row("channels", company, person).Scan(&list); err != nil {
		return "", err
	}
	s.channels.put(key, seenChannels{companyVersion, audienceVersion, list.String})
	return list.String, nil
}
