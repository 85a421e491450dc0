// SPDX-License-Identifier: MIT

package corebtf

import "strings"

// A release, as distributions write them, in; its series and flavour, and its version out. Only for
// saying what is near, and for Kernel.Nearest. docs/lookup.md has examples.

const (
	releaseNumbers     = 16
	releasePatternSize = 128
)

type release struct {
	pattern string // "5.4.0-58-generic" is "5.4.*-*-generic"
	numbers []uint64
}

// flavourSize says how much of a word belongs to the flavour: "el8" of "el8_4".
func flavourSize(word string) int {
	if len(word) < 5 || !strings.HasPrefix(word, "el") {
		return len(word)
	}
	digits := countDigits(word[2:])
	if digits == 0 || 3+digits >= len(word) || word[2+digits] != '_' ||
		countDigits(word[3+digits:]) != len(word)-3-digits {
		return len(word)
	}
	return 2 + digits
}

// readRelease returns false when the release cannot be compared: it does not start with two
// numbers, or has too many or too long ones.
func readRelease(text string) (release, bool) {
	var r release
	dashes, series := 0, 0
	for text != "" {
		size := strings.IndexAny(text, ".-+~")
		if size < 0 {
			size = len(text)
		}
		word := text[:size]
		switch {
		case size == 0:
			size = 1
			if text[0] == '-' {
				dashes++
			}
			r.pattern += text[:1]
		case countDigits(word) != size || dashes > 1:
			if series < 2 {
				return r, false
			}
			r.pattern += word[:flavourSize(word)]
		default:
			if len(r.numbers) == releaseNumbers || size > 18 {
				return r, false
			}
			var value uint64
			for _, c := range []byte(word) {
				value = value*10 + uint64(c-'0')
			}
			r.numbers = append(r.numbers, value)
			switch {
			case series < 2:
				r.pattern += word
			case strings.HasSuffix(r.pattern, "*."): // numbers in a row are one
				r.pattern = strings.TrimSuffix(r.pattern, ".")
			default:
				r.pattern += "*"
			}
			series++
		}
		if len(r.pattern) >= releasePatternSize {
			return r, false
		}
		text = text[size:]
	}
	return r, series >= 2
}

// compare is less than, equal to or greater than 0 as r is older than, as old as or newer than
// other, both of one pattern.
func (r release) compare(other release) int {
	for i := 0; i < len(r.numbers) && i < len(other.numbers); i++ {
		if r.numbers[i] < other.numbers[i] {
			return -1
		}
		if r.numbers[i] > other.numbers[i] {
			return 1
		}
	}
	return len(r.numbers) - len(other.numbers)
}
