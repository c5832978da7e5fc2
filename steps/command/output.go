package command

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tidemark/engine"
)

// defaultOutput is kept where the arguments were made without the decoder's defaults.
const defaultOutput = 64 << 10

func (r *run) output(res engine.Result) RunOut {
	limit := int(r.Output)
	if limit == 0 {
		limit = defaultOutput
	}
	out := RunOut{Ran: true, Exit: res.Code, Cut: len(res.Stdout) > limit || len(res.Stderr) > limit}
	out.Stdout, out.Stderr = first(res.Stdout, limit), first(res.Stderr, limit)
	return out
}

// first keeps at most limit bytes of raw, never half a character, and replaces what is no UTF-8.
func first(raw []byte, limit int) string {
	if len(raw) > limit {
		raw = raw[:limit]
		for i := 1; i <= min(utf8.UTFMax-1, len(raw)); i++ {
			if tail := raw[len(raw)-i:]; utf8.RuneStart(tail[0]) && !utf8.FullRune(tail) {
				raw = raw[:len(raw)-i]
				break
			}
		}
	}
	return strings.ToValidUTF8(string(raw), "\uFFFD")
}

// The last words of a failure, as far as they go into a message.
const (
	messageLines = 5
	messageBytes = 1000
)

// lastLines are the last lines of an output for a message: ": line", or several on lines of their own. What would
// steer a terminal is replaced.
func lastLines(raw []byte) string {
	raw = raw[max(0, len(raw)-messageBytes):]
	text := strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, strings.ReplaceAll(strings.ToValidUTF8(string(raw), "\uFFFD"), "\r\n", "\n"))
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	lines = lines[max(0, len(lines)-messageLines):]
	if len(lines) == 1 {
		return ": " + lines[0]
	}
	return ":\n  " + strings.Join(lines, "\n  ")
}
