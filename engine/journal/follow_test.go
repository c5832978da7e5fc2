package journal

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
)

func TestFollow(t *testing.T) {
	dir, _ := made(t)
	j, _, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var seen []engine.EventType
	waiting := 0
	err = Follow(ctx, dir, func(e engine.Event) bool { seen = append(seen, e.Type); return true }, func() bool {
		if waiting++; waiting == 2 {
			err = errors.Join(j.Append(&engine.Event{Type: engine.EventBarrier}), j.Append(&engine.Event{Type: engine.EventClosed}))
		}
		return err == nil
	})
	want := []engine.EventType{"created", "locked", "note", "begin", "end", "barrier", "closed"}
	if d := cmp.Diff(want, seen); d != "" || err != nil {
		t.Error(err, d)
	}
}

func TestLogsOfDifferentTasksStayApart(t *testing.T) {
	seen := map[string]string{}
	for _, id := range []string{"a/b@n", "a+b@n", "a%2Fb@n", "a/b[x/y]@n", "../../etc/passwd@n"} {
		path := LogPath("/run", id, 1)
		if filepath.Dir(path) != "/run/logs" || seen[path] != "" {
			t.Errorf("%s: %s (also %s)", id, path, seen[path])
		}
		seen[path] = id
	}
}
