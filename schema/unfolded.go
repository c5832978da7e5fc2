package schema

import (
	"cmp"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// Limits of what the composite kinds of one runbook unfold to: a few files that
// use each other cost their writer little, and each level multiplies.
const (
	maxUnfolded  = 3000 // steps; their text is bounded as that of a file is
	maxKindDepth = 20
)

// unfolded counts what composite kinds added to a runbook so far.
type unfolded struct {
	steps int
	text  size
	told  bool // that it is too much
}

func (u *unfolded) tooMuch() bool {
	return u.steps > maxUnfolded || u.text.nodes > maxNodes || u.text.bytes > maxBytes
}

// mayUnfold counts the steps of a composite kind before they are read, and
// refuses what grows beyond the limits, once, at the step of the runbook.
func (l *loader) mayUnfold(step *Step, key *yaml.Node) bool {
	u, c := &l.book.unfolded, step.kind.made
	key = cmp.Or(l.within.root, key)
	u.steps += len(items(c.steps))
	u.text.add(c.text, 0)
	chain := append(l.within.kinds[:len(l.within.kinds):len(l.within.kinds)], c.name)
	if !u.tooMuch() && len(chain) <= maxKindDepth {
		return true
	}
	if !u.told {
		message := fmt.Sprintf("the kinds of this runbook unfold to more than %d steps, or more text than a file may have", maxUnfolded)
		if !u.tooMuch() {
			message = fmt.Sprintf("kinds are made of each other deeper than %d levels", maxKindDepth)
		}
		l.at(key, codeTooLarge, message, "the count ended in "+strings.Join(chain, " → ")+": repeat a step by for-each, and let fewer kinds be made of kinds")
	}
	u.told = true
	return false
}

// textSize is what reading a value costs.
func textSize(n *yaml.Node) size {
	out := size{bytes: len(n.Value) + 1, nodes: 1}
	for _, c := range n.Content {
		out.add(textSize(c), 1)
	}
	return out
}
