package agent

import "hash"

// trail is by how many buffers a hash may lag behind the bytes that are moved.
const trail = 3

// trailing takes the sha256 of what a copy moves, in a goroutine of its own: to read and to write waits for the hash
// only when it is far behind. Its buffers serve one file after the other.
type trailing struct{ empty chan []byte }

func newTrailing() trailing {
	t := trailing{make(chan []byte, trail)}
	for range trail {
		t.empty <- make([]byte, copyChunk)
	}
	return t
}

// digest is the hash of one file that grows. It must be ended before the hash is asked.
type digest struct {
	trailing
	full chan []byte
	done chan struct{}
}

// behind begins to add to h.
func (t trailing) behind(h hash.Hash) *digest {
	d := &digest{t, make(chan []byte, trail), make(chan struct{})}
	go func() {
		defer close(d.done)
		for p := range d.full {
			h.Write(p) //nolint:errcheck // a hash takes everything
			d.empty <- p[:cap(p)]
		}
	}()
	return d
}

// add gives the first n bytes of a buffer to the hash, and in exchange one to go on with.
func (d *digest) add(buf []byte, n int) []byte {
	d.full <- buf[:n]
	return <-d.empty
}

// end waits until everything is hashed.
func (d *digest) end() {
	close(d.full)
	<-d.done
}
