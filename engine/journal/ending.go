package journal

import (
	"bytes"
	"encoding/json"
	"io"
	"os"

	"tidemark/engine"
)

// endsClosed tells whether the last line of a journal closes its run. Whatever cannot be told is not closed.
func endsClosed(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return false
	}
	end := make([]byte, min(size, lastLine))
	if _, err := f.ReadAt(end, size-int64(len(end))); err != nil {
		return false
	}
	text, whole := bytes.CutSuffix(end, []byte("\n"))
	var e engine.Event
	err = json.Unmarshal(text[bytes.LastIndexByte(text, '\n')+1:], &e)
	return whole && err == nil && e.Type == engine.EventClosed
}

// lastLine is more than the line that closes a run is long, in bytes, also where JSON makes six of each of its message.
const lastLine = 16 << 10
