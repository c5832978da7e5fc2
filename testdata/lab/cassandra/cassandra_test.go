package cassandra

import (
	"slices"
	"strings"
	"testing"
)

func TestTokensAreTheSameForTheSameSeed(t *testing.T) {
	if a, b := Tokens(1, 3), Tokens(1, 3); !slices.EqualFunc(a, b, slices.Equal) {
		t.Errorf("seed 1 gave %v, then %v", a, b)
	}
	if a, b := Tokens(1, 3), Tokens(2, 3); slices.EqualFunc(a, b, slices.Equal) {
		t.Error("seeds 1 and 2 give the same tokens")
	}
}

func TestTokensAreDistinctAndNotInterleaved(t *testing.T) {
	owner := map[int64]int{}
	var ring []int64
	for node, tokens := range Tokens(1, 4) {
		if len(tokens) != tokensPerNode {
			t.Fatalf("node %d has %d tokens", node, len(tokens))
		}
		for _, token := range tokens {
			owner[token] = node
			ring = append(ring, token)
		}
	}
	if len(owner) != 4*tokensPerNode {
		t.Fatalf("%d distinct tokens, want %d", len(owner), 4*tokensPerNode)
	}
	slices.Sort(ring)
	neighbours := 0
	for i := 1; i < len(ring); i++ {
		if owner[ring[i]] == owner[ring[i-1]] {
			neighbours++
		}
	}
	if neighbours == 0 {
		t.Error("no two neighbours belong to one node: an even ring hides mistakes")
	}
}

func TestConfigSpellsForItsVersion(t *testing.T) {
	newer, older := []string{"commitlog_sync_period: 10000ms", "materialized_views_enabled: true"}, []string{"commitlog_sync_period_in_ms: 10000", "enable_materialized_views: true"}
	for version, want := range map[string][]string{"5.0.8": newer, "4.1.10": newer, "4.0.18": older} {
		text := Config(Node{Version: version, Address: "10.0.0.1", Seeds: []string{"10.0.0.1", "10.0.0.2"}, Tokens: []int64{-5, 7}})
		for _, line := range []string{
			want[0], want[1], "num_tokens: 2", "initial_token: -5,7", "listen_address: 10.0.0.1", "rpc_address: 10.0.0.1",
			`          - seeds: "10.0.0.1,10.0.0.2"`, "auto_bootstrap: false",
		} {
			if !strings.Contains(text, "\n"+line+"\n") {
				t.Errorf("%s: no line %q in\n%s", version, line, text)
			}
		}
	}
}

func TestSchemaHasNineTables(t *testing.T) {
	if got := len(Tables()); got != 9 {
		t.Errorf("%d tables: %v", got, Tables())
	}
	for _, s := range Statements(Replicas(3)) {
		if !strings.HasPrefix(s, "CREATE ") || strings.Contains(s, "--") {
			t.Errorf("statement %q", s)
		}
	}
}

func TestOneNodeKeepsOneReplica(t *testing.T) {
	text := strings.Join(Statements(Replicas(1)), "\n")
	if n := strings.Count(text, "'replication_factor': 1}"); n != 4 {
		t.Errorf("%d of 4 keyspaces have one replica:\n%s", n, text)
	}
}
