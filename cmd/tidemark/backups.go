package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/backup"
)

func newBackups(a *app) *cobra.Command {
	var keyspace, dir string
	show := func(c *cobra.Command, _ []string) error { return a.backups(c.Context(), keyspace, dir) }
	c := &cobra.Command{Use: "backups", Short: "Lists the backups on the nodes, each with the nodes that have it.", RunE: show, Args: unknownVerb}
	list := &cobra.Command{Use: "list", Short: "The same list.", Args: between(0, 0), RunE: show}
	c.PersistentFlags().StringVar(&keyspace, "keyspace", "", "only backups that hold keyspace `KS`")
	c.PersistentFlags().StringVar(&dir, "directory", "", "`DIR` of the backups on each node (default: the var backup_dir)")
	c.AddCommand(list)
	return c
}

// backupsAnswer is the list as JSON.
type backupsAnswer struct {
	// Answered are the nodes that were asked and answered; of those in Unanswered nothing is known.
	Answered   []string   `json:"answered"`
	Unanswered []noAnswer `json:"unanswered,omitempty"`

	Sets   []backup.Set                     `json:"sets"`
	Legacy map[string][]backup.LegacyBackup `json:"legacy,omitempty"`
	// Unreadable are by node the backups whose manifest this build does not accept; they may be whole. Unfinished and
	// Snapshots are what takes space there and is no backup: what was not saved to its end, and snapshots that no run has
	// cleared.
	Unreadable map[string][]backup.Entry    `json:"unreadable,omitempty"`
	Unfinished map[string][]backup.Entry    `json:"unfinished,omitempty"`
	Snapshots  map[string][]backup.Snapshot `json:"snapshots,omitempty"`
}

// noAnswer is a node that was asked for its backups in vain, and why.
type noAnswer struct {
	Node  string       `json:"node"`
	Class engine.Class `json:"class,omitempty"`
	Error string       `json:"error"`
	Next  string       `json:"next,omitempty"`
}

func (a *app) unanswered(err error) (out []noAnswer) {
	for _, e := range view.Leaves(err) {
		if n := (*engine.NodeError)(nil); errors.As(e, &n) {
			out = append(out, noAnswer{n.Node, engine.ClassOf(n.Err), n.Err.Error(), a.reaching(engine.NextOf(n.Err))})
		}
	}
	return out
}

func (a *app) backups(ctx context.Context, keyspace, dir string) error {
	site, src, err := a.loadSite()
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	s, err := a.open(site, src.Name)
	if err != nil {
		return err
	}
	defer s.close()
	dirs, err := a.storeDirs(site, dir)
	if err != nil {
		return err
	}
	lists, err := s.listBackups(ctx, dirs)
	answer := gather(lists, keyspace)
	answer.Unanswered = a.unanswered(err)
	if a.json() {
		return errors.Join(view.JSON(a.stdout, answer), err)
	}
	a.backupsTable(answer)
	a.notBackups(answer)
	return err
}

// storeDirs are the nodes to ask and where each keeps its backups; machines that are the controller itself are
// asked only when --limit names them.
func (a *app) storeDirs(site *schema.Site, dir string) (map[string]string, error) {
	names, err := a.limits(site)
	if err != nil {
		return nil, err
	}
	dirs := map[string]string{}
	for _, n := range site.Nodes {
		wanted := slices.Contains(names, n.Name) || len(names) == 0 && !slices.Contains(n.Groups, "control")
		if !wanted {
			continue
		}
		if dirs[n.Name] = dir; dir == "" {
			dirs[n.Name] = dirOf(engine.Basis{Runbook: &schema.Runbook{}, Site: site}, n.Name)
		}
	}
	return dirs, nil
}

func gather(lists map[string]backup.ListOut, keyspace string) backupsAnswer {
	answer := backupsAnswer{
		Answered: append([]string{}, keys(lists)...), Sets: []backup.Set{}, Legacy: map[string][]backup.LegacyBackup{},
		Unreadable: map[string][]backup.Entry{}, Unfinished: map[string][]backup.Entry{}, Snapshots: map[string][]backup.Snapshot{},
	}
	for _, set := range backup.Sets(entriesOf(lists)) {
		if keyspace == "" || slices.Contains(set.Keyspaces, keyspace) {
			answer.Sets = append(answer.Sets, set)
		}
	}
	for node, l := range lists {
		for _, b := range l.Legacy {
			if keyspace == "" || b.Keyspace == keyspace {
				answer.Legacy[node] = append(answer.Legacy[node], b)
			}
		}
		for _, e := range l.Backups {
			switch {
			case e.Next != "":
				answer.Unreadable[node] = append(answer.Unreadable[node], e)
			case e.Node == "":
				answer.Unfinished[node] = append(answer.Unfinished[node], e)
			}
		}
		if len(l.Snapshots) > 0 {
			answer.Snapshots[node] = l.Snapshots
		}
	}
	return answer
}

func (a *app) backupsTable(answer backupsAnswer) {
	var rows [][]string
	for _, s := range answer.Sets {
		rows = append(rows, []string{s.ID, s.Source, s.Share(), engine.Bytes(s.Bytes), view.NodeList(s.Nodes), strings.Join(s.Keyspaces, ", ")})
	}
	for _, node := range keys(answer.Legacy) {
		for _, b := range answer.Legacy[node] {
			rows = append(rows, []string{b.ID, "legacy", "old scripts", engine.Bytes(b.Bytes), node, b.Keyspace})
		}
	}
	if rows != nil {
		view.Table(a.stdout, []string{"BACKUP", "SOURCE", "STATE", "SIZE", "NODES", "KEYSPACES"}, rows)
	} else if len(answer.Answered) > 0 || len(answer.Unanswered) == 0 {
		a.say("no backups%s", onThose(answer))
	}
	if len(answer.Unanswered) > 0 {
		a.say("nothing is known of the backups on %s: no answer from there", view.NodeList(nodesOf(answer.Unanswered)))
	}
}

// onThose names the nodes of which there is an answer, where it is not all of them.
func onThose(answer backupsAnswer) string {
	if len(answer.Unanswered) == 0 {
		return ""
	}
	return " on " + view.NodeList(answer.Answered)
}

func nodesOf(list []noAnswer) (names []string) {
	for _, n := range list {
		names = append(names, n.Node)
	}
	return names
}

// loadSite reads the site for verbs that need no runbook.
func (a *app) loadSite() (*schema.Site, schema.Source, error) {
	src, err := a.siteSource()
	if err != nil {
		return nil, src, err
	}
	site, diags := schema.LoadSite(src)
	return site, src, a.judge(diags, src)
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
