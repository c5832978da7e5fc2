package link

import (
	"bytes"
	"strings"
	"sync"
)

// tail keeps the last bytes written to it: what ssh, sudo or the agent said on their standard error.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailBytes = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if over := len(t.buf) - tailBytes; over > 0 {
		t.buf = bytes.Clone(t.buf[over:])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.ToValidUTF8(strings.ReplaceAll(string(t.buf), "\r", ""), "?")
}

// lastLines are the last n lines of s that say something.
func lastLines(s string, n int) string {
	lines := saying(s)
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// firstLines are the first n lines of s that say something.
func firstLines(s string, n int) string {
	lines := saying(s)
	return strings.Join(lines[:min(n, len(lines))], "\n")
}

func saying(s string) []string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
