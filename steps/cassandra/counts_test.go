package cassandra

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/backup"
)

// counting is a save that counts; ask answers its count.
func counting(t *testing.T, ask func(*snapshotNode, engine.Query) ([]engine.Row, error)) (*snapshotNode, engine.Output) {
	t.Helper()
	n := newSnapshotNode(t)
	n.take(tag, []string{"homer", "memento"})
	n.Ground.OnQuery = func(q engine.Query) ([]engine.Row, error) { return ask(n, q) }
	step := saving()
	step.Counts, step.Basis, step.CountTime = true, quiet, time.Minute
	_, out, err := n.Apply(SaveSnapshot(), step)
	if err != nil {
		t.Fatal(err)
	}
	return n, out
}

// TestSaveCountsWhatExpires: rows written with a time to live are told apart by their values, whatever the table's
// default; a table without such values has only its default.
func TestSaveCountsWhatExpires(t *testing.T) {
	n, _ := counting(t, func(n *snapshotNode, q engine.Query) ([]engine.Row, error) {
		switch {
		case strings.Contains(q.Statement, "system_schema.columns"):
			rows, err := n.query(q)
			return append(rows, engine.Row{"keyspace_name": "homer", "table_name": "simservs", "column_name": "value", "type": "blob", "kind": "regular", "position": -1}), err
		case ofRows(q, "homer"):
			if !strings.Contains(q.Statement, `TTL("value") AS "ttl of value"`) {
				t.Error(q.Statement)
			}
			return []engine.Row{{"user": "a", "ttl of value": 7}, {"user": "b", "ttl of value": nil}}, nil
		case ofRows(q, "memento"):
			return []engine.Row{{"impu": "a"}}, nil
		}
		return n.query(q)
	})
	for _, c := range []struct {
		table          *backup.Table
		rows, expiring int64
	}{{n.open().Table("homer", "simservs"), 6, 3}, {n.open().Table("memento", "call_lists"), 3, 3}} {
		if *c.table.Rows != c.rows || c.table.Expiring != c.expiring {
			t.Errorf("%s: %d rows, %d expire", c.table.Name, *c.table.Rows, c.table.Expiring)
		}
	}
}

func ofRows(q engine.Query, keyspace string) bool {
	return strings.Contains(q.Statement, `FROM "`+keyspace+`"`)
}

// TestSaveCountsNoLongerThanItSaved: the smallest table is counted first, the one that takes too long has no number,
// and the backup is whole and says so.
func TestSaveCountsNoLongerThanItSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, out := counting(t, func(n *snapshotNode, q engine.Query) ([]engine.Row, error) {
			if ofRows(q, "homer") {
				time.Sleep(time.Hour)
				return make([]engine.Row, batch), nil // the rest behind a batch sees that time is up
			}
			return n.query(q)
		})
		m := n.open()
		if m.Table("memento", "call_lists").Rows == nil || m.Table("homer", "simservs").Rows != nil {
			t.Errorf("%+v", m.Tables)
		}
		if m.Counts.Basis != quiet || !strings.Contains(m.Counts.Left, "1 table would have taken longer") || !strings.Contains(out.Note, m.Counts.Left) {
			t.Errorf("%+v %q", m.Counts, out.Note)
		}
	})
}

// TestSaveWithoutCounts: a backup does not fail for want of a number.
func TestSaveWithoutCounts(t *testing.T) {
	n, out := counting(t, func(n *snapshotNode, q engine.Query) ([]engine.Row, error) {
		if ofRows(q, "homer") || ofRows(q, "memento") {
			return nil, errors.New("cannot achieve LOCAL_QUORUM")
		}
		return n.query(q)
	})
	if m := n.open(); !strings.Contains(m.Counts.Left, "cannot achieve LOCAL_QUORUM") || !strings.Contains(out.Note, "not all rows are counted") {
		t.Errorf("%+v %q", m.Counts, out.Note)
	}
}

// TestCountingRests: as long as a batch took, so half of the time.
func TestCountingRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, began := newRest(t.Context()), time.Now()
		for range 3 * batch {
			time.Sleep(10 * time.Microsecond)
			if err := r.row(); err != nil {
				t.Fatal(err)
			}
		}
		if d := time.Since(began); d != 2*3*batch*10*time.Microsecond {
			t.Errorf("three batches of 20 ms and their rests took %s", d)
		}
	})
}

func TestCompareRows(t *testing.T) {
	n, _ := counting(t, (*snapshotNode).query)
	n.seal("vellum-1", "vellum-2")
	n.Run = restoreRun
	n.Ground.OnQuery = func(q engine.Query) ([]engine.Row, error) {
		if ofRows(q, "homer") && q.Consistency != "LOCAL_QUORUM" {
			t.Error("consistency:", q.Consistency)
		}
		return n.query(q)
	}
	c, out, err := n.Apply(CompareCounts(), &compareCounts{Keyspaces: []string{"homer"}, Backup: tag, Phase: "rows", Basis: quiet, Dir: store})
	if err != nil || c.Sign != engine.NotKnown {
		t.Fatal(c, err)
	}
	// the made-up server answers two rows for each of the three parts that the node's ranges are read in
	got := out.Value.(CountsOut)
	if got.Rows["homer.simservs"] != 6 || got.Saved["homer.simservs"] != 6 || got.SavedBasis != quiet || got.Node != "vellum-1" || len(got.Rows) != 1 {
		t.Errorf("%+v", got)
	}
}

// TestCompareRowsWithoutCounts: where the backup did not count nothing is read.
func TestCompareRowsWithoutCounts(t *testing.T) {
	n := newRestoreNode(t)
	_, out, err := n.Apply(CompareCounts(), &compareCounts{Keyspaces: []string{"homer"}, Backup: tag, Phase: "rows", Basis: quiet, Dir: store})
	if got := out.Value.(CountsOut); err != nil || len(got.Rows) != 0 || got.SavedBasis != "" {
		t.Errorf("%+v %v", got, err)
	}
}

// told is what one node says of table a.b.
func told(node string, saved, now int64, change ...func(*CountsOut)) CountsOut {
	c := CountsOut{Node: node, Basis: quiet, SavedBasis: quiet, Saved: map[string]int64{"a.b": saved}, Rows: map[string]int64{"a.b": now}}
	for _, f := range change {
		f(&c)
	}
	return c
}

func TestSumCounts(t *testing.T) {
	busy := func(c *CountsOut) { c.Basis = live }
	savedBusy := func(c *CountsOut) { c.SavedBasis = live }
	expires := func(n int64) func(*CountsOut) {
		return func(c *CountsOut) { c.Expiring = map[string]int64{"a.b": n} }
	}
	left := func(c *CountsOut) {
		c.Rows, c.Saved, c.Left = nil, nil, map[string]string{"a.b": "not counted by the backup"}
	}
	tests := []struct {
		name   string
		counts []CountsOut
		want   string // of the summary
		fails  string // of the error
	}{
		{"rows that moved between nodes", []CountsOut{told("one", 5, 7), told("two", 5, 3)}, "1 table of backup " + tag + " compared, 1 equal (basis: quiet)", ""},
		{"lost rows", []CountsOut{told("one", 5, 5), told("two", 5, 3)}, "", "a.b has 8 rows, the backup 10"},
		{"rows that came back", []CountsOut{told("one", 5, 6)}, "", "a.b has 6 rows, the backup 5"},
		{"rows that expired", []CountsOut{told("one", 5, 4, expires(2)), told("two", 5, 4, expires(1))}, "a.b has 8 rows, the backup 10 (3 of them expire)", ""},
		{"more lost than expire", []CountsOut{told("one", 5, 4, expires(2)), told("two", 5, 2)}, "", "a.b has 6 rows, the backup 10"},
		{"more than there were", []CountsOut{told("one", 5, 6, expires(5))}, "", "a.b has 6 rows"},
		{"written to now", []CountsOut{told("one", 5, 3, busy)}, "a.b has 3 rows, the backup 5 (basis: live)", ""},
		{"written to at the backup", []CountsOut{told("one", 5, 3, savedBusy), told("two", 1, 1)}, "a.b has 4 rows, the backup 6 (basis: live)", ""},
		{"not counted on one node", []CountsOut{told("one", 5, 5), told("two", 0, 0, left)}, "a.b not compared (two: not counted by the backup)", ""},
		{"not counted at all", []CountsOut{{Node: "one", Basis: quiet}}, "no rows to compare", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := newSnapshotNode(t).Plan(SumCounts(), &sumCounts{Counts: tt.counts, Backup: tag})
			if tt.fails != "" {
				enginetest.Refused(t, err, engine.ClassPrecondition, tt.fails, "who writes")
				return
			}
			var out SumOut
			if err != nil || c.Sign != engine.Same || !strings.Contains(c.Summary, tt.want) || json.Unmarshal(c.Out, &out) != nil {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
}

// A table that one node could not count is left out whole: the others' rows alone would look like a loss.
func TestSumLeavesOutWhatOneNodeLeft(t *testing.T) {
	of := func(node string, left map[string]string) CountsOut {
		return CountsOut{Node: node, Basis: quiet, SavedBasis: quiet, Rows: map[string]int64{"homer.simservs": 1}, Saved: map[string]int64{"homer.simservs": 2}, Left: left}
	}
	step := &sumCounts{Backup: "b1", Counts: []CountsOut{of("vellum-1", nil), of("vellum-2", map[string]string{"homer.simservs": "took too long"})}}
	c, err := step.Plan(t.Context(), nil)
	if err != nil || c.Sign != engine.Same || !strings.Contains(c.Summary, "homer.simservs not compared (vellum-2: took too long)") {
		t.Errorf("%s, %v", c.Summary, err)
	}
}
