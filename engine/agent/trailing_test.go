package agent

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"testing"
	"testing/synctest"
)

// slowHash adds nothing before it may.
type slowHash struct {
	hash.Hash
	may chan struct{}
}

func (s slowHash) Write(p []byte) (int, error) {
	<-s.may
	return s.Hash.Write(p)
}

// A copy goes on while its hash is some buffers behind, and no farther: it must not hold a file in memory.
func TestHashTrailsTheCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := slowHash{sha256.New(), make(chan struct{})}
		d := newTrailing().behind(h)
		var all bytes.Buffer
		moved := 0
		go func() {
			buf := make([]byte, copyChunk)
			for i := range 10 {
				n := copy(buf, fill(1000+i))
				all.Write(buf[:n])
				buf = d.add(buf, n)
				moved++
			}
		}()
		synctest.Wait()
		if moved != trail {
			t.Errorf("%d buffers were moved while the hash stood still, want %d", moved, trail)
		}
		close(h.may)
		synctest.Wait()
		d.end()
		if want := sha256.Sum256(all.Bytes()); moved != 10 || !bytes.Equal(h.Sum(nil), want[:]) {
			t.Errorf("%d moved, sha256 %x, want %x", moved, h.Sum(nil), want)
		}
	})
}
