package engine_test

import (
	"strings"
	"testing"
)

// TestAnOvertakenRecordIsRefused: a controller dies, another one takes the run up from its record and dies later or
// ends the run. Whoever then goes on from the first record would repeat and undo what was done since.
func TestAnOvertakenRecordIsRefused(t *testing.T) {
	tests := []struct {
		name  string
		dieAt int
		says  string
	}{
		{"the other one closed the run", 0, "was closed (done) by another controller"},
		{"the other one died in it", 45, "another controller took run"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, simple)
			p := b.plan()
			first, err := b.run(p, nil, 20)
			if err == nil {
				t.Fatal("the first controller did not die")
			}
			if _, err := b.run(p, first.Events, tt.dieAt); (err == nil) != (tt.dieAt == 0) {
				t.Fatalf("the second controller: %v", err)
			}
			before := b.w.state()
			_, err = b.run(p, first.Events, 0)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("the first record was taken up again: %v", err)
			}
			if now := b.w.state(); len(now) != len(before) {
				t.Errorf("%d things were done, now %d", len(before), len(now))
			}
		})
	}
}
