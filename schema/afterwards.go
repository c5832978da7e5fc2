package schema

import "gopkg.in/yaml.v3"

// afterwards reads the sentences that stand at the end of a run: text that may use inputs, site and run.
func (l *loader) afterwards(n *yaml.Node) {
	if n != nil && n.Kind != yaml.SequenceNode {
		l.at(n, codeShape, "afterwards is a list of sentences", "write each on a line of its own, with a hyphen: - …")
		return
	}
	s := stageScope(l.frame.typ, varsType(l.book.Vars, nil, l.site), secretsType(l.site))
	s = s.keepClosed("what stands here is shown and kept")
	s = s.without("afterwards speaks of the whole run, not of a node or a stage", "node", "stage", "vars")
	for _, item := range items(n) {
		if item.Kind != yaml.ScalarNode {
			l.at(item, codeShape, "a sentence is text", "")
			continue
		}
		if sentence := l.compileLeaf(item, s); sentence != nil {
			sentence.check(l.report)
			l.book.afterwards = append(l.book.afterwards, sentence)
		}
	}
}

// Afterwards gives the sentences for the operator at the end of a run that is done. Inputs, site and run must be known.
func (r *Runbook) Afterwards(env Env) ([]string, Diagnostics) {
	report := &report{docs: r.docs}
	var out []string
	for _, sentence := range r.afterwards {
		v, ok := sentence.eval(report, env.roots())
		if text, single := scalarText(v); ok && single {
			out = append(out, text)
		}
	}
	return out, report.list.sorted()
}
