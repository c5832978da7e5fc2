package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// lateRunbook has a step, STEP, of which something is known only when the one before it ran.
const lateRunbook = `runbook: story
title: Looks, then acts
on-failure: close
stages:
  - stage: look
    on: vellum
    steps:
      - {id: list, list-backups: {dir: /nowhere/at/all}}
      - {id: act, STEP}
`

// What consent a run asks for comes from what its steps declare, not from what is unknown of them; a line that asks
// for more says why.
func TestRiskOfWhatIsNotKnownYet(t *testing.T) {
	const late, cond = `"${{ string(len(steps.list.out.backups)) }}"`, `"${{ len(steps.list.out.backups) > 0 }}"`
	for step, why := range map[string]string{
		`run: [echo, ` + late + `]`:                                              "",
		`run: {argv: [echo, ` + late + `], destroys: false}`:                     "",
		`run: {argv: [echo, ` + late + `], redo: pure}`:                          "",
		`run: {argv: [rm, ` + late + `], destroys: true}`:                        "destroys: true",
		`run: {argv: [rm, x], destroys: ` + cond + `}`:                           "destroys is known only then",
		`move: {from: /nowhere/a, to: ` + late + `}`:                             "",
		`move: {from: /nowhere/a, to: ` + late + `, replace: true}`:              "replace: true",
		`scp: {from: controller, source: /a, target: ` + late + `}`:              "",
		`scp: {from: controller, source: /a, target: /b, replace: ` + cond + `}`: "replace is known only then",
		`mkdir: {path: ` + late + `}`:                                            "",
		`restore-keyspace: {keyspace: homer, backup: ` + late + `}`:              "as any restore-keyspace may",
	} {
		t.Run(step, func(t *testing.T) {
			h := newHouse(t)
			h.write("story.yaml", strings.Replace(lateRunbook, "STEP", step, 1))
			h.wants(h.do("plan", filepath.Join(h.dir, "story.yaml")), exitDone, "? act")
			plan := h.out.String()
			if why == "" {
				if strings.Contains(plan, "overwrites or destroys") || strings.Contains(plan, "may overwrite") {
					t.Errorf("it counts as overwriting:\n%s", plan)
				}
				return
			}
			if n := strings.Count(plan, "known after step list; may overwrite data ("+why+")"); n != 2 {
				t.Errorf("%d lines say why, want that of the task and that of what overwrites:\n%s", n, plan)
			}
			h.wants(h.do("run", filepath.Join(h.dir, "story.yaml"), "--yes"), exitUsage, "say --yes=lab")
		})
	}
}
