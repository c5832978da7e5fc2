package schema

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// runbookFile is the declaration of a runbook.
type runbookFile struct {
	Runbook   text          `json:"runbook" is:"word" required:"true" help:"name of the runbook"`
	Replaces  text          `json:"replaces" is:"word" help:"name of the shipped runbook whose place it takes: its own"`
	Title     string        `json:"title" help:"one sentence: what it does and what it costs"`
	Locks     []text        `json:"locks" help:"groups or nodes that are locked though no task runs there"`
	OnFailure string        `json:"on-failure" default:"hold" enum:"hold,close" help:"a failed run stays open with its nodes locked, or closes (only for what changes nothing but its own new files)"`
	Deadline  time.Duration `json:"deadline" help:"limit of the whole run, begun anew by each resume; behind it nothing new starts, and the run stays open"`
	Inputs    *yaml.Node    `json:"inputs" is:"inputs" help:"what the operator gives with --input, by name"`
	Vars      *yaml.Node    `json:"vars" is:"vars" help:"values for expressions; a site and its nodes may set others"`
	Stages    *yaml.Node    `json:"stages" is:"stages" required:"true" help:"stages: a list of {stage, on, steps}"`
	Finally   *yaml.Node    `json:"finally" is:"steps" help:"steps that run when the run closes, never while it is open"`
	After     *yaml.Node    `json:"afterwards" is:"sentences" help:"sentences for the operator at the end of a run that is done"`
}

// loader holds what is known while a runbook is read from top to bottom.
type loader struct {
	decoder
	book     *Runbook
	kinds    map[string]Kind
	site     *Site
	sources  Sources
	ids      map[string]*yaml.Node // every step id of the text
	past     map[string]past       // the steps before the one being read
	varsRead map[string]bool       // vars that an expression reads
	frame    *frame                // whose inputs are seen
	merged   *merger               // nil without overlays

	within *within // the composite step whose steps are read

	outs     map[string]*typ          // what kinds put out, by name
	places   []*place                 // of the stages so far
	first    []*place                 // of places, the first on each set of nodes
	grounds  map[string]*ground       // by the nodes and groups that a stage names
	stageIDs map[string]*yaml.Node    // of the stages so far
	includes map[*yaml.Node]*included // by the entry that takes them
}

func newLoader(r *report, src Sources, kinds []Kind, site *Site) *loader {
	l := &loader{
		decoder: decoder{report: r}, kinds: map[string]Kind{}, site: site, sources: src, within: &within{},
		ids: map[string]*yaml.Node{}, past: map[string]past{}, grounds: map[string]*ground{}, varsRead: map[string]bool{}, frame: newFrame(nil, nil),
		stageIDs: map[string]*yaml.Node{}, includes: map[*yaml.Node]*included{}, outs: map[string]*typ{},
	}
	for _, k := range kinds {
		l.kinds[k.Name] = k
	}
	return l
}

func (l *loader) load(root *yaml.Node) {
	var f runbookFile
	l.decode(root, reflect.ValueOf(&f).Elem())
	l.word(f.Runbook, "runbook")
	l.book.Name, l.book.Title = f.Runbook.Value, f.Title
	l.book.OnFailure, l.book.Deadline = f.OnFailure, f.Deadline
	l.noTime(valueOf(root, "deadline"), "deadline")
	l.book.Vars = l.vars(f.Vars)
	l.bareNames(f.Vars, "a var", "vars")
	l.book.Locks = l.targets(f.Locks, l.withoutLocks(f.Locks))
	l.book.Inputs = l.inputs(f.Inputs)
	l.frame = newFrame(nil, l.book.Inputs)
	l.include(f.Stages, nil)
	l.collectIDs(f.Stages)
	l.collectSteps(f.Finally)
	l.stages(f.Stages)
	l.finally(f.Finally)
	l.afterwards(f.After)
	l.unused(l.book.Inputs)
	l.unusedVars(f.Vars)
	l.shadowed()
}

// withoutLocks says what a site does that has no nodes of some groups that are to be locked. It is never guessed: a group that
// is only called otherwise there would go unlocked.
func (l *loader) withoutLocks(names []text) string {
	var has, all []string
	for _, t := range names {
		all = append(all, t.Value)
		if t.Value == controllerName || l.site != nil && len(l.site.Select([]string{t.Value})) > 0 {
			has = append(has, t.Value)
		}
	}
	return fmt.Sprintf("\na site that has no such nodes says so in an overlay: {set: locks, to: [%s], was: [%s]}", strings.Join(has, ", "), strings.Join(all, ", "))
}

// targets checks names of groups and nodes against the site; more is what else to do about one that it has not.
func (l *loader) targets(names []text, more string) []string {
	var out []string
	for _, t := range names {
		if t.node == nil {
			continue
		}
		l.target(t, more)
		if slices.Contains(out, t.Value) {
			l.at(t.node, codeDuplicateID, fmt.Sprintf("%q is named twice", t.Value), "")
		}
		out = append(out, t.Value)
	}
	return out
}

func (l *loader) target(t text, more string) {
	if l.site == nil || t.Value == controllerName || len(l.site.Select([]string{t.Value})) > 0 {
		return
	}
	groups, nodes := l.site.Groups(), nodeNames(siteNodes(l.site))
	help := suggest("", "groups", groups) + "; " + suggest("", "nodes", nodes)
	if best := Nearest(t.Value, slices.Concat(groups, nodes)); best != "" {
		help = `did you mean "` + best + `"? ` + help
	} else if disguised(t.Value) == "" {
		help += "\nthe site file says which nodes are of a group: NODE: {groups: [" + t.Value + "]}" + more
	}
	l.at(t.node, codeGroup, fmt.Sprintf("site %s has no group or node %q", l.site.Name, t.Value), disguised(t.Value)+help)
}

// collectIDs knows every step before any is read, so that a reference to a
// later one is told from a slip.
func (l *loader) collectIDs(stages *yaml.Node) {
	for _, entry := range items(stages) {
		if inc := l.includes[entry]; inc != nil {
			l.collectIDs(inc.file.Stages)
			continue
		}
		l.collectSteps(valueOf(entry, "steps"))
	}
}

func (l *loader) collectSteps(list *yaml.Node) {
	for _, step := range items(list) {
		if id := valueOf(step, "id"); id != nil && l.ids[id.Value] == nil {
			l.ids[id.Value] = id
		}
	}
}

// unused warns of inputs that nothing reads. Of the runbook's own, whose text an overlay's author may not be able to
// change, it does not where overlays took part: they may have taken the use away.
func (l *loader) unused(inputs []Input) {
	if l.list.HasErrors() {
		return
	}
	for _, in := range inputs {
		own := l.docs.of(in.pos) == l.docs.main
		if !l.frame.used[in.Name] && (!own || len(l.sources.Overlays) == 0) {
			l.warn(in.pos, codeUnused, fmt.Sprintf("input %q is used nowhere", in.Name), "remove it, or use it as inputs."+in.Name)
		}
	}
}

// reads notes what an expression refers to.
func (l *loader) reads(e *Expr, waits map[string]bool) {
	l.frame.read(e.refs, waits)
	maps.Copy(l.varsRead, e.refs.vars)
}
