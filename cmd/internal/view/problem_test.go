package view

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"tidemark/engine"
)

// TestOneCauseOnManyNodesIsOneMessage: what ssh says names the address of each node, and what is next names each node.
func TestOneCauseOnManyNodesIsOneMessage(t *testing.T) {
	fails := func(node, address, why string) error {
		err := engine.Failf(engine.ClassConnect, "%s: ssh: connect to host %s port 22: %s", node, address, why)
		return &engine.NodeError{Node: node, Err: engine.WithNext(err, "see that ssh "+node+" works")}
	}
	var all []error
	for i := range 40 {
		all = append(all, fails(fmt.Sprintf("n%d", i+1), fmt.Sprintf("10.9.0.%d", i+1), "No route to host"))
	}
	other := fails("m1", "10.9.1.1", "Connection refused")
	for want, err := range map[string]error{
		"tidemark: ssh: connect to host 10.9.0.1 port 22: No route to host  @n1\n  next: see that ssh n1 works\n": all[0],
		"tidemark: ssh: connect to host the node port 22: No route to host  @" + nodesTo(40) + "\n  next: see that ssh the node works\n" +
			"tidemark: ssh: connect to host 10.9.1.1 port 22: Connection refused  @m1\n  next: see that ssh m1 works\n": errors.Join(append(all, other)...),
	} {
		var out strings.Builder
		Problem(&out, err, Style{})
		if out.String() != want {
			t.Errorf("%s\nwant\n%s", out.String(), want)
		}
	}
}

func nodesTo(n int) string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("n%d", i+1))
	}
	return NodeList(names)
}
