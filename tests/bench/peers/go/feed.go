// SPDX-License-Identifier: Apache-2.0
// feed.go - GET /v1/feed: who looks, then the page of posts with what the reader did with them.
package main

import (
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
)

const (
	limitDefault = 25
	limitMax     = 100
)

type feedItem struct {
	*post
	Pinned         bool     `json:"pinned"`
	SeenAt         *string  `json:"seen_at"`
	AcknowledgedAt *string  `json:"acknowledged_at"`
	SharedNetworks []string `json:"shared_networks"`

	publishedAt string
}

type feedPage struct {
	Items      []feedItem `json:"items"`
	NextCursor *string    `json:"next_cursor"`
	HasMore    bool       `json:"has_more"`
}

func limitOf(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return limitDefault, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 {
		return 0, &problem{400, "Some query parameters are not acceptable", "?limit"}
	}
	if limit > limitMax {
		limit = limitMax
	}
	return limit, nil
}

// readFeed reads one row more than the limit: is there another page?
func (s *server) readFeed(who *caller, channels string, limit int) ([]feedItem, []wanted, error) {
	items, list := make([]feedItem, 0, limit+1), make([]wanted, 0, limit+1)
	err := s.db.each(nil, "page", []interface{}{who.person, who.company, channels, limit + 1}, func(rows *sql.Rows) error {
		var item feedItem
		var w wanted
		var shared uint32
		err := rows.Scan(&w.id, &item.Pinned, &item.publishedAt, &w.version, &item.SeenAt, &item.AcknowledgedAt, &shared)
		item.SeenAt, item.AcknowledgedAt = timeOf(item.SeenAt), timeOf(item.AcknowledgedAt)
		item.SharedNetworks = s.names(shared)
		items, list = append(items, item), append(list, w)
		return err
	})
	return items, list, err
}

func (s *server) getFeed(w http.ResponseWriter, r *http.Request) error {
	who, err := s.person(r)
	if err != nil {
		return err
	}
	limit, err := limitOf(r)
	if err != nil {
		return err
	}
	var companyVersion, personVersion, audienceVersion int64
	err = s.db.row("counters", who.company, who.person).Scan(&companyVersion, &personVersion, &audienceVersion)
	if err != nil {
		return err
	}
	channels, err := s.channelsOf(who.company, who.person, companyVersion, audienceVersion)
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(fmt.Sprint(companyVersion, personVersion, channels, limit)))
	etag := `W/"` + hex.EncodeToString(digest[:8]) + `"`
	head := w.Header()
	head.Set("ETag", etag)
	head.Set("Cache-Control", "private, no-cache")
	head.Set("Vary", "Authorization, Accept-Language")
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return s.writeFeed(w, who, channels, limit)
}

func (s *server) writeFeed(w http.ResponseWriter, who *caller, channels string, limit int) error {
	items, list, err := s.readFeed(who, channels, limit)
	if err != nil {
		return err
	}
	page := feedPage{HasMore: len(items) > limit}
	if page.HasMore {
		items, list = items[:limit], list[:limit]
		last := items[limit-1]
		next := base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprint(last.Pinned, " ", last.publishedAt, " ", list[limit-1].id)))
		page.NextCursor = &next
	}
	posts, err := s.readPosts(who.company, who.language, list)
	if err != nil {
		return err
	}
	for i, p := range posts {
		items[i].post = p
	}
	page.Items = items
	writeJSON(w, http.StatusOK, "application/json", page)
	return nil
}
