// SPDX-License-Identifier: MIT

package corebtf

import (
	"errors"
	"fmt"
)

// What went wrong, for errors.Is. The text of an error says where and why.
var (
	ErrNoBundle  = errors.New("no BTFs are embedded")                 // C: -ENODATA
	ErrNoEntry   = errors.New("no BTF for this kernel")               // -ENOENT
	ErrAmbiguous = errors.New("different BTFs fit this kernel")       // -ENOTUNIQ
	ErrDamaged   = errors.New("damaged")                              // -EBADMSG
	ErrNewer     = errors.New("of a newer format than this reader's") // -EOPNOTSUPP
)

// failure is one of the errors above with a text of its own.
type failure struct {
	kind error
	text string
}

func (f *failure) Error() string { return f.text }
func (f *failure) Unwrap() error { return f.kind }

func fail(kind error, format string, arguments ...any) error {
	return &failure{kind, fmt.Sprintf(format, arguments...)}
}

// within puts what the error is about before its text.
func within(err error, format string, arguments ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, arguments...), err)
}
