package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

func newLogs(a *app) *cobra.Command {
	attempt := 0
	c := &cobra.Command{
		Use: "logs [RUN] [TASK]", Short: "Prints a run's events, or the output of one of its tasks.", Args: between(0, 2),
		RunE: func(c *cobra.Command, args []string) error { return a.logs(c.Context(), args, attempt) },
	}
	c.Flags().IntVar(&attempt, "attempt", 0, "this attempt `N`, not the last one")
	return c
}

func (a *app) logs(ctx context.Context, args []string, attempt int) error {
	task := ""
	if n := len(args); n > 0 && strings.Contains(args[n-1], "/") {
		task, args = args[n-1], args[:n-1]
	} else if n == 2 {
		task, args = args[1], args[:1]
	}
	dir, rec, err := a.readRun(args)
	if err != nil {
		return err
	}
	if task != "" {
		return a.taskLog(ctx, dir, rec, task, attempt)
	}
	if a.json() {
		return view.JSON(a.stdout, rec.Events)
	}
	lines := view.NewLines(a.stdout, view.StyleOf(a.stdout))
	for _, e := range rec.Events {
		lines.Event(e)
	}
	if rec.Torn != "" {
		a.say("journal: %s", rec.Torn)
	}
	return nil
}

// taskLog prints the output of an attempt: from the run's directory, else from the node.
func (a *app) taskLog(ctx context.Context, dir string, rec *journal.Record, id string, attempt int) error {
	task, err := findTask(rec.Plan, id)
	if err != nil {
		return err
	}
	state := engine.Fold(rec.Events)
	r := state.Tasks[task.ID]
	if r == nil || r.Attempt == 0 {
		return usagef("", "task %s did not begin; it has no log", task.ID)
	}
	if attempt < 0 || attempt > r.Attempt {
		return usagef("", "there is no attempt %d of task %s; it had %d", attempt, task.ID, r.Attempt)
	}
	attempt = cmp.Or(attempt, r.Attempt)
	data, err := os.ReadFile(journal.LogPath(dir, task.ID, attempt))
	if errors.Is(err, fs.ErrNotExist) {
		data, err = a.nodeLog(ctx, rec.Plan, engine.TaskRef{Run: rec.Plan.Run, Epoch: state.Epoch, Task: task.ID, Attempt: attempt}, task.Place())
	}
	if err != nil {
		return err
	}
	if a.json() {
		return view.JSON(a.stdout, map[string]any{"task": task.ID, "attempt": attempt, "text": string(data)})
	}
	if len(data) == 0 {
		a.say("task %s (attempt %d) printed nothing; its events are in: %s", task.ID, attempt, a.command("logs", rec.Plan.Run))
	}
	_, err = a.stdout.Write(data)
	return err
}

func (a *app) nodeLog(ctx context.Context, p *engine.Plan, ref engine.TaskRef, node string) ([]byte, error) {
	s, err := a.openFor(p)
	if err != nil {
		return nil, err
	}
	defer s.close()
	ctx, stop := interruptible(ctx)
	defer stop()
	return s.node(node).Log(ctx, ref)
}

func findTask(p *engine.Plan, id string) (*engine.Task, error) {
	var found *engine.Task
	var known []string
	p.Tasks(func(t *engine.Task) {
		if known = append(known, t.ID); t.ID == id {
			found = t
		}
	})
	if found == nil {
		return nil, usagef("", "run %s has no task %q%s", p.Run, id, tasksMeant(id, known))
	}
	return found, nil
}

// tasksMeant names the tasks of a step for whoever typed the step alone, else the task that is spelled nearly so, else those
// in whose names the word stands.
func tasksMeant(id string, known []string) string {
	of, with := tasksWith(id, known)
	switch {
	case len(of) > 0:
		return "; it has " + view.NodeList(of)
	case meant(id, known) != "":
		return meant(id, known)
	case len(with) > 0:
		return "; it has " + view.NodeList(with)
	}
	return "; it has " + cmp.Or(view.NodeList(known), "none")
}

// tasksWith are the tasks of the step that is called so, with or without its stage, and all in whose ids the word stands.
func tasksWith(word string, known []string) (of, with []string) {
	for _, task := range known {
		_, step, _ := strings.Cut(task, "/")
		for _, name := range []string{step, task} {
			if rest, ok := strings.CutPrefix(name, word); ok && (strings.HasPrefix(rest, "@") || strings.HasPrefix(rest, "[")) {
				of = append(of, task)
			}
		}
		if strings.Contains(task, word) {
			with = append(with, task)
		}
	}
	return of, with
}
