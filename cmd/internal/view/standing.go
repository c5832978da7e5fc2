package view

import (
	"maps"
	"slices"
	"strings"

	"tidemark/engine"
)

// Standing says what is safe now, as far as the run knows: what is locked, stopped and unarmed, from the promises of
// its done tasks. live: something still drives or ends it, so that it is no news that it is open.
func Standing(p *engine.Plan, s *engine.State, live bool) []string {
	var out []string
	switch {
	case s.Closed != "":
		out = append(out, "the run is closed ("+s.Closed+"); its nodes are free")
	case s.Epoch > 0 && live:
		out = append(out, "locked: "+NodeList(p.Nodes))
	case s.Epoch > 0:
		out = append(out, "the run stays open; still locked: "+NodeList(p.Nodes))
	}
	var f foldText
	for _, node := range p.Nodes {
		facts, _ := s.Promises(p, node)
		for _, key := range slices.Sorted(maps.Keys(facts)) {
			if key == cassandraClean && facts[cassandraRunning] == "false" {
				continue // that it is stopped says more
			}
			if text := factWords(key, facts[key]); text != "" {
				f.add(node, text)
			}
		}
	}
	f.each(func(text string, nodes []string) { out = append(out, text+"  @"+NodeList(nodes)) })
	if len(f.said) == 0 && s.Epoch > 0 {
		out = append(out, "no service was stopped by this run")
	}
	return out
}

// The facts about Cassandra that an operator must know.
const (
	cassandraRunning = "cassandra.running"
	cassandraClean   = "cassandra.clean"
	factRestored     = "restored."
)

// factWords says in words what of a fact an operator must know at night; "" is nothing.
func factWords(key, value string) string {
	service, isMonit := strings.CutPrefix(key, "monit.")
	keyspace, isRestored := strings.CutPrefix(key, factRestored)
	switch {
	case key == cassandraRunning && value == "false":
		return "Cassandra is stopped"
	case key == cassandraClean && value == "true":
		return "Cassandra is drained"
	case isMonit && value == "unmonitored":
		return "monit does not watch " + service
	case isMonit && value == "stopped":
		return "monit has stopped " + service
	case isRestored:
		return keyspace + " holds the files of backup " + value + ", not released"
	}
	return ""
}
