package cassandra

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Segments as Cassandra 5.0.8 left them, without the zeros behind: version, id, parameters "{}", checksum; then the
// marker of a section (the offset of the next, a checksum).
const (
	segmentHead  = "\x00\x00\x00\x07\x00\x00\x01\xa2\x05\xf9\x8e\x3f\x00\x02{}*\xb3En"
	zeros        = "\x00\x00\x00\x00\x00\x00\x00\x00"
	cleanSegment = segmentHead + "\x00\x00\x00\x1c\xc3\xdd\x15\x09" + zeros + zeros
	dirtySegment = segmentHead + "\x00\x00\x07\xee\x24\xd1\x04\x8b" + "\x00\x00\x01\x48@X'" + zeros
)

func TestPending(t *testing.T) {
	compressed := strings.Replace(segmentHead, "\x00\x02{}", "\x00\x24{\"compressionClass\":\"LZ4Compressor\"}", 1)
	base := byte(len(compressed))
	cases := map[string]struct{ text, why string }{
		"drained":             {cleanSegment, ""},
		"begun, nothing in":   {segmentHead + zeros + zeros, ""},
		"allocated only":      {zeros + zeros + zeros, ""},
		"empty":               {"", ""},
		"killed":              {dirtySegment, "not flushed"},
		"killed before sync":  {segmentHead + zeros + "row", "never synced"},
		"drained, then rows":  {cleanSegment + "row", "never synced"},
		"cut header":          {segmentHead[:9], "no whole header"},
		"encrypted":           {strings.Replace(segmentHead, "\x00\x02{}", "\x00\x0f{\"encCipher\":1}", 1) + zeros, "encrypted"},
		"compressed, drained": {compressed + "\x00\x00\x00" + string([]byte{base + 12}) + "\x01\x02\x03\x04\x00\x00\x00\x00" + zeros, ""},
		"compressed, killed":  {compressed + "\x00\x00\x01\x00\x01\x02\x03\x04\x00\x00\x00\x99" + zeros, "not flushed"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "CommitLog-7-1.log"), []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			why, err := pending(dir)
			if err != nil || (why == "") != (c.why == "") || !strings.Contains(why, c.why) {
				t.Errorf("%q, %v; want %q", why, err, c.why)
			}
		})
	}
	if why, err := pending(filepath.Join(t.TempDir(), "absent")); why != "" || err != nil {
		t.Error(why, err)
	}
}
