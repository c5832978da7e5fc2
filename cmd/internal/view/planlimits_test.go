package view

import (
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/schema"
)

// TestPlanTellsHowItFails: what decides how a run fails stands in the plan, also in the short one that consent is asked for.
func TestPlanTellsHowItFails(t *testing.T) {
	p := restore()
	p.Deadline, p.OnFailure = "20m", engine.CloseFailed
	p.Stages[0].Strategy = schema.Strategy{Parallel: "1", MaxFailures: 2, FailFast: true}
	p.Tasks(func(t *engine.Task) {
		t.Limits = &engine.Limits{Timeout: "2h"}
		t.Change.Summary = strings.Replace(t.Change.Summary, "3 tables", "2 tables", 1)
		if t.Step == "drain" {
			t.Limits = &engine.Limits{Timeout: "1m", Attempts: 3, If: `failure == "io"`}
		}
	})
	for _, short := range []bool{false, true} {
		var b strings.Builder
		Plan(&b, p, Style{}, short)
		for _, want := range []string{
			"\ndeadline 20m, closes when it fails\n", "vellum-3; 1 at a time; goes on to other nodes while no more than 2 failed; a failure stops the others behind their task\n",
			"drain (about 3.0s, up to 3 attempts of 1m, again if failure == \"io\")  @", "(writes 36.3 MiB in all, at most 2h)  @",
		} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%q is not in\n%s", want, b.String())
			}
		}
	}
}
