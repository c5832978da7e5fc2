package cassandra

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
)

// gossiping is a ring of three members that answer for themselves; what is put into alter is answered instead.
type gossiping struct {
	*toolNode
	alter map[string]engine.Row // "what@member about member" → columns
}

func newGossiping(t *testing.T) *gossiping {
	n := &gossiping{newToolNode(t), map[string]engine.Row{}}
	n.Ground.OnQuery = n.query
	return n
}

func (n *gossiping) query(q engine.Query) ([]engine.Row, error) {
	at, _, _ := strings.Cut(strings.TrimPrefix(q.Address, "10.0.0."), ":")
	if n.alter["refuses@"+at] != nil {
		return nil, engine.Failf(engine.ClassConnect, "CQL at %s: connection refused", q.Address)
	}
	if n.alter["unknown@"+at] != nil && strings.Contains(q.Statement, "gossip_info") {
		return nil, engine.Failf(engine.ClassPrecondition, "CQL at %s: table gossip_info does not exist", q.Address)
	}
	var rows []engine.Row
	for _, of := range []string{"1", "2", "3"} {
		id := "00000000-0000-0000-0000-00000000000" + of
		var r engine.Row
		switch {
		case strings.Contains(q.Statement, "gossip_info"):
			r = engine.Row{"host_id": id, "status_with_port": "NORMAL,-1", "schema": "aaaa", "generation": 1, "heartbeat": 50}
		case strings.Contains(q.Statement, "system.local") && of == at:
			r = engine.Row{"host_id": id, "release_version": n.release, "schema_version": "aaaa"}
		case strings.Contains(q.Statement, "internode_outbound") && of != at:
			r = engine.Row{"address": "10.0.0." + of, "active_connections": int64(3)}
		case strings.Contains(q.Statement, "peers_v2") && of != at:
			r = engine.Row{"peer": "10.0.0." + of, "host_id": id, "native_address": "10.0.0." + of, "native_port": 9042}
		default:
			continue
		}
		for _, table := range []string{"gossip_info", "system.local", "internode_outbound"} {
			if strings.Contains(q.Statement, table) {
				maps.Copy(r, n.alter[fmt.Sprintf("%s@%s about %s", table, at, of)])
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// A ring that is wholly well needs no nodetool; whatever is odd makes nodetool be asked, which has the last word.
func TestWaitAsksNodetoolOnlyWhenCQLDoesNotProveAll(t *testing.T) {
	for name, c := range map[string]struct {
		key     string
		row     engine.Row
		release string
		proved  bool
	}{
		"all well":                       {proved: true},
		"a lag of some heartbeats":       {key: "gossip_info@2 about 2", row: engine.Row{"heartbeat": 60}, proved: true},
		"heard too long ago":             {key: "gossip_info@2 about 2", row: engine.Row{"heartbeat": 61}},
		"started again meanwhile":        {key: "gossip_info@3 about 3", row: engine.Row{"generation": 2}},
		"leaving, as heard here":         {key: "gossip_info@1 about 3", row: engine.Row{"status_with_port": "LEAVING,-1"}},
		"leaving, as it says itself":     {key: "gossip_info@3 about 3", row: engine.Row{"status_with_port": "LEAVING,-1"}},
		"shut down":                      {key: "gossip_info@1 about 2", row: engine.Row{"status_with_port": "shutdown,true"}},
		"this one joins":                 {key: "gossip_info@1 about 1", row: engine.Row{"status_with_port": "BOOT,-1"}},
		"no connection":                  {key: "internode_outbound@1 about 2", row: engine.Row{"active_connections": int64(0)}},
		"another schema there":           {key: "system.local@2 about 2", row: engine.Row{"schema_version": "bbbb"}},
		"another schema, as heard":       {key: "gossip_info@1 about 2", row: engine.Row{"schema": "bbbb"}},
		"another server at that address": {key: "system.local@2 about 2", row: engine.Row{"host_id": "99"}},
		"no CQL there":                   {key: "refuses@2", row: engine.Row{}},
		"two of one host id":             {key: "gossip_info@1 about 3", row: engine.Row{"host_id": "00000000-0000-0000-0000-000000000002"}},
		"no such table":                  {key: "unknown@1", row: engine.Row{}},
		"an older Cassandra":             {release: "4.0.18"},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := newGossiping(t)
			if n.alter[c.key] = c.row; c.release != "" {
				n.release = c.release
			}
			n.members[2] = "DN" + n.members[2][2:]
			_, err := n.wait(&waitStep{}, settling+5*time.Second)
			asked := slices.ContainsFunc(n.Ground.Calls(), func(s string) bool { return strings.HasPrefix(s, "nodetool") })
			if asked == c.proved || (err == nil) != c.proved {
				t.Errorf("%s: nodetool was asked: %v, %v", name, asked, err)
			}
		})
	}
}

// Members that start together make no JVM while they find each other; one that cannot be judged by CQL is asked at once.
func TestWaitLetsTheRingSettleBeforeItAsksNodetool(t *testing.T) {
	for key, early := range map[string]bool{"refuses@2": false, "internode_outbound@1 about 2": false, "unknown@1": true} {
		synctest.Test(t, func(t *testing.T) {
			n := newGossiping(t)
			n.alter[key] = engine.Row{"active_connections": int64(0)}
			began, asked := time.Now(), time.Duration(-1)
			n.Ground.OnExec = func(argv []string) (engine.Result, error) {
				if asked < 0 {
					asked = time.Since(began)
				}
				return n.exec(argv)
			}
			if _, err := n.wait(&waitStep{}, time.Minute); err != nil {
				t.Fatal(err)
			}
			if early != (asked < settling) {
				t.Errorf("%s: nodetool was asked after %s", key, asked)
			}
		})
	}
}
