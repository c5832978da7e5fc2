package link

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
)

func read(text string) (string, *lines, error) {
	l := &lines{r: bufio.NewReader(strings.NewReader(text)), marker: "tidemark-m"}
	line, err := l.next()
	return line, l, err
}

func TestMarkedLine(t *testing.T) {
	for name, c := range map[string]struct{ text, line, noise string }{
		"clean":      {"tidemark-m {}\n", "{}", ""},
		"motd":       {"Welcome\n\nLast login: today\ntidemark-m {}\nrest", "{}", "Welcome\n\nLast login: today\n"},
		"no newline": {"password expires soon tidemark-m need x86_64\n", "need x86_64", ""},
		"echoed":     {"+ exec tidemark-other {}\ntidemark-m as 0 root\r\n", "as 0 root", "+ exec tidemark-other {}\n"},
	} {
		line, l, err := read(c.text)
		if err != nil || line != c.line || l.noise.String() != c.noise {
			t.Errorf("%s: line %q, noise %q, %v", name, line, l.noise.String(), err)
		}
	}
}

func TestMarkedLineLeavesTheRest(t *testing.T) {
	_, l, err := read("noise\ntidemark-m {}\nPRI * HTTP/2.0")
	if rest, _ := io.ReadAll(l.r); err != nil || string(rest) != "PRI * HTTP/2.0" {
		t.Errorf("rest %q, %v", rest, err)
	}
}

func TestNoMarkedLine(t *testing.T) {
	_, l, err := read("This account is\nnot available.")
	if !errors.Is(err, io.EOF) || l.noise.String() != "This account is\nnot available." {
		t.Errorf("error %v, noise %q", err, l.noise.String())
	}
	fits := strings.Repeat("x", noiseLimit-1) + "\n"
	if _, _, err := read(fits + "tidemark-m {}\n"); err == nil || !strings.Contains(err.Error(), "65536 bytes") {
		t.Errorf("noise up to the limit: %.80v", err)
	}
	if line, _, err := read(fits[100:] + "tidemark-m {}\n"); err != nil || line != "{}" {
		t.Errorf("noise below the limit: %q, %.80v", line, err)
	}
	if _, _, err := read("first words\n" + strings.Repeat("y\n", noiseLimit)); err == nil || !strings.Contains(err.Error(), "first words\ny") {
		t.Errorf("endless noise: %.80v", err)
	}
}
