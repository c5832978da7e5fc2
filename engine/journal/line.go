package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"tidemark/engine"
)

// line is one line of the journal: the event and the hash of what stands before it.
type line struct {
	engine.Event
	Prev string `json:"prev"`
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// chain walks lines and knows what the next one must carry.
type chain struct {
	seq  int64
	prev string
}

// encode numbers the event, links it and moves the chain on; the bytes end with a newline.
func (c *chain) encode(e *engine.Event) ([]byte, error) {
	e.Seq = c.seq + 1
	text, err := json.Marshal(line{*e, c.prev})
	if err != nil {
		return nil, err
	}
	c.seq, c.prev = e.Seq, hash(text)
	return append(text, '\n'), nil
}

// decode checks one line without its newline against the chain and moves on.
func (c *chain) decode(text []byte) (engine.Event, error) {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return l.Event, err
	}
	switch {
	case l.Prev != c.prev && c.seq == 0:
		return l.Event, fmt.Errorf("it does not belong to this plan.json, or one of the two was edited")
	case l.Prev != c.prev:
		return l.Event, fmt.Errorf("the line before it was edited, or lines are missing")
	case l.Seq != c.seq+1:
		return l.Event, fmt.Errorf("it is numbered %d, not %d", l.Seq, c.seq+1)
	}
	c.seq, c.prev = l.Seq, hash(text)
	return l.Event, nil
}

// parsed is the readable part of a journal file.
type parsed struct {
	events []engine.Event
	chain  chain
	// good is the length in bytes of the readable part; torn names the dropped rest, "" if there is none.
	good int64
	torn string
}

// parse reads a whole journal. A last line that was not written to its end is dropped and named; anything else
// that does not fit refuses the file.
func parse(data []byte, planHash string) (*parsed, error) {
	p := &parsed{chain: chain{prev: planHash}}
	return p, p.more(data)
}

// more reads what follows the readable part.
func (p *parsed) more(data []byte) error {
	p.torn = ""
	for len(data) > 0 {
		n := p.chain.seq + 1
		text, rest, whole := bytes.Cut(data, []byte("\n"))
		if !whole || (len(rest) == 0 && !json.Valid(text)) {
			p.torn = fmt.Sprintf("line %d (%d bytes) was not written to its end and is dropped", n, len(data))
			return nil
		}
		e, err := p.chain.decode(text)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		p.events, p.good, data = append(p.events, e), p.good+int64(len(text))+1, rest
	}
	return nil
}
