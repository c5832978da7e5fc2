package link

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
)

// noiseLimit bounds what a login may print before the agent's first line (motd, profile scripts).
const noiseLimit = 64 << 10

// newMarker is the word that our lines begin with in a stream that others may write to first.
func newMarker() string {
	var b [12]byte
	rand.Read(b[:]) // it never fails
	return "tidemark-" + hex.EncodeToString(b[:])
}

// lines reads the marked lines at the beginning of a transport's output.
type lines struct {
	r      *bufio.Reader
	marker string
	noise  strings.Builder
}

// next is the rest of the next line that carries the marker. What stands before it is noise, kept for the error.
func (l *lines) next() (string, error) {
	var line strings.Builder
	for l.noise.Len()+line.Len() <= noiseLimit {
		c, err := l.r.ReadByte()
		if err != nil {
			l.noise.WriteString(line.String())
			return "", err
		}
		line.WriteByte(c)
		if c != '\n' {
			continue
		}
		if _, rest, found := strings.Cut(line.String(), l.marker+" "); found {
			return strings.TrimSpace(rest), nil
		}
		l.noise.WriteString(line.String())
		line.Reset()
	}
	l.noise.WriteString(line.String())
	return "", fmt.Errorf("%d bytes of other output came before the agent's first line, beginning:\n%s",
		noiseLimit, firstLines(strings.ToValidUTF8(l.noise.String(), "?"), 5))
}
