// SPDX-License-Identifier: Apache-2.0
// words.go - the rules of a share's text.
package main

import (
	"hash/fnv"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
)

const upperHex = "0123456789ABCDEF"

// percent encodes all but what RFC 3986 2.3 leaves alone.
func percent(text string) string {
	var b strings.Builder
	b.Grow(len(text) + len(text)/2)
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upperHex[c>>4])
		b.WriteByte(upperHex[c&15])
	}
	return b.String()
}

// fold keeps letters, digits, marks and symbols in lower case; any run of the rest is one space.
func fold(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.S)
	}), " ")
}

// simhash is Charikar's, over windows of three words.
func simhash(folded string) uint64 {
	var sums [64]int
	var out uint64
	words := strings.Split(folded, " ")
	vote := func(part string) {
		h := fnv.New64a()
		_, _ = h.Write([]byte(part))
		for i, bits := 0, h.Sum64(); i < 64; i++ {
			sums[i] += int(bits>>i&1)*2 - 1
		}
	}
	for i := 2; i < len(words); i++ {
		vote(strings.Join(words[i-2:i+1], " "))
	}
	if len(words) < 3 {
		vote(folded)
	}
	for i, sum := range sums {
		if sum > 0 {
			out |= 1 << i
		}
	}
	return out
}

func wordByte(c byte) bool {
	return c >= 0x80 || c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// hasDisclosure: as words of its own; ASCII case does not matter.
func hasDisclosure(text, must string) bool {
	for i := 0; i+len(must) <= len(text); i++ {
		end := i + len(must)
		if (i == 0 || !wordByte(text[i-1])) && (end == len(text) || !wordByte(text[end])) && strings.EqualFold(text[i:end], must) {
			return true
		}
	}
	return false
}

func disclosureFor(list []disclosure, network string) string {
	any := ""
	for _, d := range list {
		if d.Network == network {
			return d.Text
		}
		if d.Network == "any" {
			any = d.Text
		}
	}
	return any
}

func fitness(t suggestion, network, language string) int {
	fits := 0
	switch t.Network {
	case network:
		fits = 3
	case "any":
		fits = 1
	default:
		return 0
	}
	if t.Language == language {
		fits++
	}
	return fits
}

// defaultWords: the suggested text that fits best, with its disclosure.
func defaultWords(texts []suggestion, must, network, language string) string {
	var offers []string
	var best *suggestion
	most := 0
	for _, t := range texts {
		offers = append(offers, t.Language)
	}
	if len(offers) == 0 {
		return ""
	}
	language = pickLanguage(language, offers)
	for i := range texts {
		if fits := fitness(texts[i], network, language); fits > most {
			best, most = &texts[i], fits
		}
	}
	if best == nil {
		return ""
	}
	if must == "" || hasDisclosure(best.Text, must) {
		return best.Text
	}
	return best.Text + " " + must
}

// isSuggested: word for word, but for a disclosure before or behind it.
func isSuggested(texts []suggestion, must, network, words string) bool {
	whole := strings.TrimSpace(words)
	bare := whole
	if n := len(must); n > 0 && len(whole) > n {
		if strings.EqualFold(whole[len(whole)-n:], must) && whole[len(whole)-n-1] == ' ' {
			bare = strings.TrimSpace(whole[:len(whole)-n])
		} else if strings.EqualFold(whole[:n], must) && whole[n] == ' ' {
			bare = strings.TrimSpace(whole[n:])
		}
	}
	for _, t := range texts {
		text := strings.TrimSpace(t.Text)
		if (t.Network == "any" || t.Network == network) && (text == whole || text == bare) {
			return true
		}
	}
	return false
}

func utf16Length(text string) int { return len(utf16.Encode([]rune(text))) }

var uuid7 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
