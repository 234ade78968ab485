// SPDX-License-Identifier: Apache-2.0
// main.go - the endpoints of the bench in net/http: one process, a pool of connections, statements prepared once.
package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
)

const bodyMax = 65536

type settings struct {
	Socket       string            `json:"socket"`
	DBSocket     string            `json:"db_socket"`
	DBUser       string            `json:"db_user"`
	DBName       string            `json:"db_name"`
	PublicURL    string            `json:"public_url"`
	LinkURL      string            `json:"link_url"`
	TokenKeys    [][2]string       `json:"token_keys"`
	Connections  int               `json:"connections"`
	CallerCacheS float64           `json:"caller_cache_s"`
	LinkCacheS   float64           `json:"link_cache_s"`
	Networks     []string          `json:"networks"`
	Limits       []int             `json:"limits"`
	Intents      []*string         `json:"intents"`
	UTM          []string          `json:"utm"`
	Statements   map[string]string `json:"statements"`
}

type server struct {
	settings
	db       *database
	keys     map[string][]byte
	people   *remembered
	servers  *remembered
	posts    *remembered
	channels *remembered
	targets  *remembered
	secret   []byte
}

// problem is a refusal; its status is all that the bench looks at.
type problem struct {
	status int
	title  string
	detail string
}

func (p *problem) Error() string { return p.title }

func invalid(pointer, detail string) *problem {
	return &problem{422, "Some fields are not acceptable", pointer + " " + detail}
}

func writeJSON(w http.ResponseWriter, status int, kind string, value interface{}) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		log.Print(err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

func fail(w http.ResponseWriter, err error) {
	p, known := err.(*problem)
	if !known {
		log.Print(err)
		p = &problem{500, "The server failed", ""}
	}
	if p.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="rostra"`)
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, p.status, "application/problem+json", map[string]interface{}{
		"title": p.title, "status": p.status, "detail": p.detail})
}

// readBody decodes a JSON object and gives its bytes too; members that are not known are refused.
func readBody(r *http.Request, into interface{}) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, bodyMax))
	if err != nil {
		return nil, err
	}
	if !json.Valid(body) {
		return nil, &problem{400, "The body is not valid JSON", ""}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return nil, invalid("", err.Error())
	}
	return body, nil
}

type handler func(w http.ResponseWriter, r *http.Request) error

func only(method string, h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			fail(w, &problem{405, "The resource does not have this method", ""})
			return
		}
		if err := h(w, r); err != nil {
			fail(w, err)
		}
	}
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	s := &server{}
	if err := json.Unmarshal(text, &s.settings); err != nil {
		log.Fatal(err)
	}
	if s.db, err = openDatabase(&s.settings); err != nil {
		log.Fatal(err)
	}
	s.prepare()
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/feed", only(http.MethodGet, s.getFeed))
	mux.HandleFunc("/v1/shares/", only(http.MethodPut, s.putShare))
	mux.HandleFunc("/v1/leads", only(http.MethodPost, s.postLead))
	mux.HandleFunc("/v1/reports/attribution", only(http.MethodGet, s.getReport))
	mux.HandleFunc("/r/", only(http.MethodGet, s.getLink))
	listener, err := net.Listen("unix", s.Socket)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(listener, mux))
}

func lastPart(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
