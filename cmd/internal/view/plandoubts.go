package view

import (
	"maps"
	"regexp"
	"slices"

	"tidemark/engine"
)

// destroys repeats what loses data, so that nobody has to find it in a long plan.
func (pw *planWriter) destroys(p *engine.Plan) {
	first := true
	for _, s := range p.Stages {
		for _, f := range fold(s, true) {
			c := f.task().Change
			if f.task().Skip != "" || c.Sign == engine.Same || (c.Sign != engine.Destroys && c.Risk != engine.Overwrites) {
				continue
			}
			if first {
				pw.printf("\n%s\n", pw.st.paint(red, "overwrites or destroys:"))
				first = false
			}
			pw.line(f)
			pw.command(f.task())
		}
	}
}

// unknowns are the reasons why something is not known: first what an earlier step of the run decides, then what no
// question could tell.
func (pw *planWriter) unknowns(p *engine.Plan) {
	var later, never foldText
	p.Tasks(func(t *engine.Task) {
		f := &never
		if t.Change.Later == engine.AfterSteps {
			f = &later
		}
		for _, u := range t.Change.Unknown {
			f.add(t.Node, t.Name()+": "+Clean(u))
		}
	})
	pw.folded("known after an earlier step", &later)
	pw.folded("could not be known", &never)
}

// byNode writes lists of the nodes, equal lines once. Lines of one node alone are joined where they differ only
// in an address: every node is asked at its own.
func (pw *planWriter) byNode(title string, lists map[string][]string) {
	count := map[string]int{}
	for _, node := range slices.Sorted(maps.Keys(lists)) {
		for _, text := range unique(lists[node]) {
			count[text]++
		}
	}
	var f foldText
	for _, node := range slices.Sorted(maps.Keys(lists)) {
		for _, text := range unique(lists[node]) {
			if count[text] == 1 && len(lists) > 1 {
				text = addresses().ReplaceAllString(text, "ADDRESS")
			}
			f.add(node, Clean(text))
		}
	}
	pw.folded(title, &f)
}

func unique(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

func addresses() *regexp.Regexp { return regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}\b`) }

func (pw *planWriter) folded(title string, f *foldText) {
	if len(f.said) == 0 {
		return
	}
	pw.printf("\n%s:\n", title)
	f.each(func(text string, nodes []string) { pw.text("", "  "+text+"  @"+NodeList(nodes)) })
}
