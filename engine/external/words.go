package external

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"tidemark/engine"
)

// strict reads exactly one JSON value with known keys only.
func strict(raw []byte, v any) error {
	if len(bytes.TrimSpace(raw)) == 0 {
		return errors.New("nothing was printed")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more text behind the JSON object")
	}
	return nil
}

// lastWords passes standard error on to the task's log and keeps its end for a message.
type lastWords struct {
	log  func(format string, args ...any)
	kept []string
}

// keptWords is how many lines of standard error a message repeats.
const keptWords = 5

func (w *lastWords) add(text string) {
	w.log("%s", text)
	if text = Plain(text); text != "" {
		w.kept = append(w.kept, text)
		w.kept = w.kept[max(0, len(w.kept)-keptWords):]
	}
}

// exited is a status other than 0 without a result.
func exited(what string, code int, w lastWords) error {
	message, next := fmt.Sprintf("%s: exit %d", what, code), "read the task's log, then correct the cause"
	switch len(w.kept) {
	case 0:
		next = "it printed nothing; find out why it ends so, then correct the cause"
	case 1:
		message += ": " + w.kept[0]
	default:
		message += ":\n  " + strings.Join(w.kept, "\n  ")
	}
	return &engine.Error{Class: engine.ClassExit, Exit: code, Err: errors.New(message), Next: next}
}

// maxPlain bounds a text of a program that is shown.
const maxPlain = 500

// Plain is a program's text for one line on a screen: nothing in it steers a terminal.
func Plain(text string) string {
	runes := []rune(strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD")))
	for i, r := range runes {
		switch {
		case unicode.IsSpace(r):
			runes[i] = ' '
		case !unicode.IsPrint(r):
			runes[i] = '\uFFFD'
		}
	}
	return clip(string(runes), maxPlain)
}

// clip keeps the first n characters of a text.
func clip(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return text
}

func allPlain(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, Plain(s))
	}
	return out
}
