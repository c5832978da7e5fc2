package view

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// duration writes a time as a person says it: "0.4s", "12s", "3m05s", "2h10m".
func duration(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}

func seconds(s float64) string { return duration(time.Duration(s * float64(time.Second))) }

// maxNamed is how many nodes a line names before it counts the rest.
const maxNamed = 6

// NodeList writes node names for one line; long lists are counted.
func NodeList(names []string) string {
	if len(names) <= maxNamed {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNamed-1], ", "), len(names)-maxNamed+1)
}

// fit cuts text to width columns, control characters made harmless.
func fit(text string, width int) string {
	text = harmless(text)
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	if width < 1 {
		return ""
	}
	return string([]rune(text)[:width-1]) + "…"
}

// Clean makes text from a node safe for one line of a terminal.
func Clean(text string) string { return harmless(strings.TrimSpace(text)) }

// harmless replaces what could move the cursor.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r < ' ' || (r >= 0x7f && r < 0xa0):
			return '?'
		}
		return r
	}, text)
}
