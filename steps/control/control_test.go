package control

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/schema"
)

func TestAssert(t *testing.T) {
	tests := []struct {
		name string
		step assert
		want string // part of the error; "" holds
	}{
		{"holds", assert{That: schema.Cond{Text: "1 == 1", Value: true}}, ""},
		{"does not hold", assert{That: schema.Cond{Text: "a == 1", Tree: "a = 2"}, Message: "set a"}, "set a (does not hold: a == 1)\na = 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := enginetest.NewBench(t).Plan(Assert(), &tt.step)
			switch {
			case tt.want == "" && (err != nil || c.Sign != engine.Same):
				t.Errorf("%s %v", c.Sign, err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || engine.ClassOf(err) != engine.ClassPrecondition):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestPauseWaits: the pause takes its time, and a cancelled one ends at once with the reason.
func TestPauseWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if _, _, err := enginetest.NewBench(t).Apply(Pause(), &pause{For: time.Hour}); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(began); d != time.Hour {
			t.Errorf("it waited %s", d)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := (&pause{For: time.Hour}).Apply(ctx, nil, engine.Change{}); engine.ClassOf(err) != engine.ClassCancelled {
			t.Errorf("cancelled: %v", err)
		}
	})
}

// TestConfirmAsks: the controller finds the question on the step; a dry run only shows it.
func TestConfirmAsks(t *testing.T) {
	var step engine.Step = &confirm{Text: "Is Ellis stopped?"}
	q, ok := step.(engine.Questioner)
	if !ok || q.Question() != "Is Ellis stopped?" {
		t.Fatal("the controller would not ask")
	}
	c, err := enginetest.NewBench(t).Plan(Confirm(), step)
	if err != nil || c.Later != engine.InRun || !strings.Contains(c.Summary, "Is Ellis stopped?") {
		t.Errorf("%+v %v", c, err)
	}
}
