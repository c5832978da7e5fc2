package schema

import (
	"slices"
	"strings"
)

// place is where steps stand: the stage, and what all its steps share.
type place struct {
	stage *Stage
	on    []string
	index int // of the stage; the number of stages for finally
	*ground
	scope *scope // what its steps see but for the outputs of others, see scopeAt
	frame *frame // whose inputs are in scope
}

// past is a step that stands before the one being read.
type past struct {
	step  *Step
	place *place
	out   *typ // what steps.ID.out is
}

func (l *loader) newPlace(s *Stage, on []string, index int) *place {
	key := strings.Join(on, "\n")
	if l.grounds[key] == nil {
		l.grounds[key] = l.newGround(on)
	}
	return &place{stage: s, on: on, index: index, ground: l.grounds[key]}
}

// ground is what all stages on the same nodes share.
type ground struct {
	nodes  map[string]bool // with a site: their names
	vars   *typ
	passed bool // a stage on them has been read
}

func (l *loader) newGround(on []string) *ground {
	g := &ground{}
	var nodes []*Node
	if l.site != nil {
		if !isControl(on) {
			nodes = l.site.Select(on)
		}
		g.nodes = map[string]bool{}
		for _, n := range nodes {
			g.nodes[n.Name] = true
		}
	}
	g.vars = varsType(l.book.Vars, nodes, l.site)
	return g
}

// passed notes a stage that steps behind it may ask about.
func (l *loader) passed(p *place) {
	l.places = append(l.places, p)
	if !p.passed {
		p.passed = true
		l.first = append(l.first, p)
	}
}

func (p *place) control() bool { return isControl(p.on) }

func isControl(on []string) bool { return len(on) == 1 && on[0] == controllerName }

// runsAt reports whether the step ran on every node of that place. Stages that pick one node of the same group have the
// same node.
func (b past) runsAt(p *place) bool {
	switch {
	case b.place.control() || p.control():
		return b.place.control() && p.control()
	case p.stage.ID == finallyID, b.place.stage == p.stage && len(b.step.On) == 0:
		return true
	case b.place.stage != p.stage && b.place.stage.Pick != "":
		return p.stage.Pick == b.place.stage.Pick && slices.Equal(p.on, b.place.on)
	case p.nodes == nil:
		return !slices.ContainsFunc(p.on, func(on string) bool { return !slices.Contains(b.place.on, on) })
	}
	for n := range p.nodes {
		if !b.place.nodes[n] {
			return false
		}
	}
	return true
}

// mayRunAt reports whether some site has the step on every node of that place:
// which nodes are of which group only a site says.
func (b past) mayRunAt(p *place) bool {
	return !b.place.control() && !p.control() && b.place.stage.Pick == ""
}
