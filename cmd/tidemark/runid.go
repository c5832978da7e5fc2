package main

import (
	"crypto/rand"
	"os"
	"time"

	"tidemark/engine/journal"
)

const idLetters = "abcdefghijklmnopqrstuvwxyz0123456789"

// newRunID is the time in UTC and two random characters: 20261122T010203Z-k7. It is also the backup's id and the
// snapshot's tag: 19 characters, the longest that every nodetool prints apart. Two characters may fall on a run that was
// begun in the same second; one that is taken is drawn again.
func newRunID(now time.Time, taken func(id string) bool) string {
	for {
		id := now.UTC().Format("20060102T150405Z") + "-" + string([]byte{letter(), letter()})
		if !taken(id) {
			return id
		}
	}
}

// taken tells whether this controller has a run of that id.
func (a *app) taken(id string) bool {
	_, err := os.Lstat(journal.Dir(a.stateDir(), id))
	return err == nil
}

// letter draws one character, each equally likely.
func letter() byte {
	const fair = 256 - 256%len(idLetters)
	for b := make([]byte, 1); ; {
		_, _ = rand.Read(b) // never fails
		if int(b[0]) < fair {
			return idLetters[int(b[0])%len(idLetters)]
		}
	}
}
