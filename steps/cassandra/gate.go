package cassandra

import (
	"context"
	"fmt"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
)

// gate collects all that speaks against a restore on one node, so that the operator sees it at once.
type gate struct {
	step     *checkRestore
	view     *engine.View
	conf     cassconf.Config
	manifest *backup.Manifest
	out      GateOut
	findings []finding
	facts    []engine.Fact
	unknown  []string
}

// finding is one reason to refuse, with what the operator can do about it where it is known.
type finding struct {
	class engine.Class
	text  string
	next  string
}

func (g *gate) refuse(next, format string, args ...any) {
	g.findings = append(g.findings, finding{engine.ClassPrecondition, fmt.Sprintf(format, args...), next})
}

// keep takes an error as a finding; one of connecting or reading is an error of the gate itself.
func (g *gate) keep(err error) error {
	if err == nil {
		return nil
	}
	if c := engine.ClassOf(err); c != engine.ClassPrecondition && c != engine.ClassSpace {
		return err
	}
	g.findings = append(g.findings, finding{engine.ClassOf(err), err.Error(), engine.NextOf(err)})
	return nil
}

func (g *gate) note(format string, args ...any) {
	g.out.Notes = append(g.out.Notes, fmt.Sprintf(format, args...))
}

// run makes all checks. Those that rest on something that is not there are left out; its absence is the finding.
func (g *gate) run(ctx context.Context) error {
	var err error
	if g.conf, err = readConfig(g.view); err != nil {
		return err
	}
	for _, check := range []func(context.Context) error{g.others, g.backup, g.space, g.mounts, g.commitLog, g.hints, g.server} {
		if err := g.keep(check(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// verdict joins the findings into one error: its next step is the first one known.
func (g *gate) verdict() error {
	if len(g.findings) == 0 {
		return nil
	}
	class, next := engine.ClassPrecondition, ""
	var lines []string
	for i, f := range g.findings {
		line := f.text
		if len(g.findings) > 1 {
			line = fmt.Sprintf("(%d) %s", i+1, f.text)
			if f.next != "" {
				line += " [" + f.next + "]"
			}
		}
		lines = append(lines, line)
		if next == "" {
			next = f.next
		}
		class = f.class
	}
	if len(lines) > 1 {
		class = engine.ClassPrecondition
	}
	err := engine.Failf(class, "backup %s cannot be restored on %s: %s", g.step.Backup, g.view.Node, strings.Join(lines, "; "))
	if next != "" {
		return engine.WithNext(err, next)
	}
	return err
}

// others looks for restores of other runs: one that is not released forbids another; leftovers are only said.
func (g *gate) others(context.Context) error {
	all, err := records(g.view, g.conf.DataDirs)
	if err != nil {
		return err
	}
	for _, r := range all {
		if left := g.leftover(r); left != "" && r.Run != g.view.Run {
			g.note("run %s %s; release-restore-vellum --input run=%s frees its space", r.Run, left, r.Run)
		}
	}
	return refuseOthers(g.view, g.conf.DataDirs, g.view.Run)
}

// leftover says what a restore keeps here that is neither live nor needed to take it back; "" for nothing.
func (g *gate) leftover(r swapRecord) string {
	if release := (&releaseRestore{Run: r.Run}); len(release.sets(g.view, g.conf, &r)) == 0 {
		return ""
	}
	switch r.State {
	case stateStaged:
		return "laid backup " + r.Backup + " ready and never exchanged it"
	case stateUndone:
		return "restored backup " + r.Backup + " and was undone; what it had brought, and what was written since, is kept"
	case stateReleased:
		return "was released, and was interrupted in deleting what it had kept"
	}
	return ""
}

func (g *gate) space(context.Context) error {
	if g.manifest == nil || len(g.findings) > 0 {
		return nil // files that are missing cannot be measured
	}
	all, err := needs(g.view, g.conf, g.manifest, g.step.Dir, g.step.Keyspaces)
	if err != nil {
		return err
	}
	g.out.Copied, _ = copiesOf(all)
	facts, short, err := room(g.view, all)
	for _, s := range short {
		g.findings = append(g.findings, finding{engine.ClassSpace, s, "free space on Cassandra's file system, e.g. release an older restore or clear snapshots you own"})
	}
	g.facts = append(g.facts, facts...)
	return err
}

func (g *gate) mounts(context.Context) error {
	found, err := exchangeable(g.view, g.conf, g.step.Keyspaces)
	for _, f := range found {
		g.refuse("", "%s", f)
	}
	return err
}

// server compares the backup with the live ring and schema.
func (g *gate) server(ctx context.Context) error {
	fact, serves, err := mustRun(ctx, g.view)
	if err != nil {
		return err
	}
	g.facts = append(g.facts, fact)
	if !serves {
		g.unknown = append(g.unknown, "ring and schema: Cassandra does not serve yet")
		return nil
	}
	server := cql.At(g.view, g.conf.CQLAddress())
	local, err := server.Local(ctx)
	if err != nil {
		return err
	}
	if err := supported(local.Release); err != nil {
		return err // an older one has no system.peers_v2
	}
	if err := g.ring(ctx, server, local); err != nil || g.manifest == nil {
		return err
	}
	return g.schema(ctx, server)
}
