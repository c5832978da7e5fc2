package agent

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
)

// What has come is made durable while more comes: nobody waits for a round, no two are under way, and the next one
// begins only when enough has come again.
func TestSyncAheadWaitsForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rounds, may := 0, make(chan error)
		a := newSyncAhead(func() error { rounds++; return <-may })
		add := func(n, want int) {
			t.Helper()
			if err := a.add(n); err != nil {
				t.Fatal(err)
			}
			if synctest.Wait(); rounds != want {
				t.Errorf("%d rounds were begun, want %d", rounds, want)
			}
		}
		add(syncEvery-1, 0)
		add(1, 1)
		add(3*syncEvery, 1)
		end := func() { may <- nil; synctest.Wait() }
		end()
		add(1, 2)
		end()
		add(syncEvery-1, 2)
		if err := a.wait(); err != nil {
			t.Error(err)
		}
	})
}

// The system tells a failed write to one round alone.
func TestSyncAheadKeepsTheFailure(t *testing.T) {
	bad := errors.New("disk broke")
	for _, c := range []struct {
		name string
		end  func(a *syncAhead) error
	}{
		{"next", func(a *syncAhead) error {
			var err error
			for range 2 {
				synctest.Wait()
				err = a.add(syncEvery)
			}
			return err
		}},
		{"wait", func(a *syncAhead) error { _ = a.add(syncEvery); return a.wait() }},
		{"next, then wait", func(a *syncAhead) error {
			_ = a.add(syncEvery)
			synctest.Wait()
			_ = a.add(syncEvery)
			return a.wait()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				told := false
				a := newSyncAhead(func() error {
					if told {
						return nil
					}
					told = true
					return bad
				})
				if err := c.end(a); !errors.Is(err, bad) {
					t.Errorf("the failure got lost: %v", err)
				}
			})
		})
	}
}

// A part whose bytes the disk perhaps lacks must not count for a later attempt, which would read them from memory.
func TestCopyThrowsAwayWhatCouldNotBeMadeDurable(t *testing.T) {
	for name, c := range map[string]struct{ size, fails int }{
		"at the end": {1000, 1}, "meanwhile": {syncEvery + 1000, 1}, "after a good round": {syncEvery + 1000, 2},
	} {
		t.Run(name, func(t *testing.T) {
			b := newCopyBench(t)
			b.put(b.from, "src", bytes.Repeat([]byte("x"), c.size), 0o600)
			parts := 0
			b.sync = func(f *os.File) error {
				if strings.HasSuffix(f.Name(), ".part") {
					if parts++; parts == c.fails {
						return errors.New("input/output error")
					}
				}
				return f.Sync()
			}
			if _, err := b.copy(-1); err == nil || !strings.Contains(err.Error(), "input/output error") {
				t.Fatal(err)
			}
			if left, _ := filepath.Glob(b.to + "/in/*"); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
			done, err := b.copy(-1)
			if err != nil || done.Sent != int64(c.size) {
				t.Errorf("again: %+v, %v", done, err)
			}
			b.equal()
		})
	}
}
