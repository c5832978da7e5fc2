package journal

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRoom(t *testing.T) {
	state := filepath.Join(t.TempDir(), "a", "b")
	if err := Room(state); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Join(state, "runs"))
	if err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
	if all, err := List(state); err != nil || len(all) > 0 {
		t.Errorf("listed %v, %v", all, err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Room(file); err == nil {
		t.Error("a file is no place for runs")
	}
}
