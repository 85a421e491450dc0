// SPDX-License-Identifier: MIT

package corebtf

import "strings"

// The text of an os-release file in, ID, VERSION_ID and ID_LIKE out. It is a list of shell
// assignments: VALUE bare, in single quotes or in double quotes with backslashes, the last
// assignment wins. Source: os-release(5).

const osReleaseValueSize = 128 // a longer value is not known: half a name is a wrong name

type osRelease struct {
	id, versionID string
	idLike        []string // closest first
	source        string   // the file it is from
}

// osReleaseValue reads a value, which may mix the ways to quote; it ends at the first blank outside
// of quotes.
func osReleaseValue(text string) string {
	var value []byte
	var quote byte
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
			continue
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
			continue
		}
		if quote == 0 && (c == ' ' || c == '\t' || c == '\r') {
			break
		}
		if c == '\\' && quote != '\'' && i+1 < len(text) &&
			(quote == 0 || strings.IndexByte("\"\\$`", text[i+1]) >= 0) {
			i++
			c = text[i]
		}
		if c == 0 || len(value)+1 >= osReleaseValueSize {
			return ""
		}
		value = append(value, c)
	}
	if quote != 0 { // a quote that stays open makes the line void
		return ""
	}
	return string(value)
}

func parseOSRelease(text string) osRelease {
	var r osRelease
	var codename, like string
	for _, line := range strings.Split(text, "\n") {
		name, value, found := strings.Cut(strings.TrimLeft(line, " \t"), "=")
		if !found {
			continue
		}
		switch name {
		case "ID":
			r.id = osReleaseValue(value)
		case "VERSION_ID":
			r.versionID = osReleaseValue(value)
		case "ID_LIKE":
			like = osReleaseValue(value)
		case "VERSION_CODENAME":
			codename = osReleaseValue(value)
		}
	}
	if r.versionID == "" {
		r.versionID = codename
	}
	for _, id := range strings.Split(like, " ") {
		if id != "" {
			r.idLike = append(r.idLike, id)
		}
	}
	return r
}
