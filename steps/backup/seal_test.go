package backup

import (
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

func TestSealBackup(t *testing.T) {
	b, id := enginetest.NewBench(t), testIDs()[0]
	m := fake(t, b, id)
	step := &sealBackup{
		Backup: id, Dir: store, Source: Cassandra, Nodes: []string{"vellum-2", "vellum-1"},
		Manifests: map[string]string{"vellum-1": m.Sum(), "vellum-2": "22"},
		Snapshots: map[string]string{"vellum-1": "2026-11-22T00:00:01.5Z", "vellum-2": "2026-11-22T00:00:01Z"},
	}

	_, _, err := b.Apply(SealBackup(), step)
	enginetest.Refused(t, err, engine.ClassPrecondition, "not verified by checksums on vellum-1", "verify-backup")
	done(t, noteVerified(b.Ground.Dir+Path(store, id, Cassandra), m, Sizes))
	_, _, err = b.Apply(SealBackup(), step)
	enginetest.Refused(t, err, engine.ClassPrecondition, "not verified by checksums on vellum-1", "depth: checksums")

	done(t, noteVerified(b.Ground.Dir+Path(store, id, Cassandra), m, Checksums))
	if _, _, err := b.Apply(SealBackup(), step); err != nil {
		t.Fatal(err)
	}
	seal, err := ReadSeal(b.Ground.Dir + Path(store, id, ""))
	if err != nil || len(seal.Nodes) != 2 || seal.Node("vellum-2").Manifest != "22" || *seal.Skew != 0.5 {
		t.Fatalf("%+v, %v", seal, err)
	}
	if e := list(asker(b), store)[0]; !e.Complete {
		t.Errorf("state %q", e.State)
	}
	if c, _, err := b.Apply(SealBackup(), step); err != nil || c.Sign != engine.Same {
		t.Errorf("again: %q, %v", c.Sign, err)
	}
}

// A backup is complete only by a seal of this very manifest, over all the nodes that it names.
func TestASealCoversItsOwnManifest(t *testing.T) {
	for name, c := range map[string]struct {
		nodes func(m *Manifest) []SealedNode
		want  bool
	}{
		"this manifest":      {func(m *Manifest) []SealedNode { return []SealedNode{{"vellum-1", m.Sum()}, {"vellum-2", "22"}} }, true},
		"no sum was known":   {func(*Manifest) []SealedNode { return []SealedNode{{"vellum-1", ""}, {"vellum-2", "22"}} }, true},
		"another manifest":   {func(*Manifest) []SealedNode { return []SealedNode{{"vellum-1", "11"}, {"vellum-2", "22"}} }, false},
		"without this node":  {func(*Manifest) []SealedNode { return []SealedNode{{"vellum-2", "22"}} }, false},
		"without the others": {func(m *Manifest) []SealedNode { return []SealedNode{{"vellum-1", m.Sum()}} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			b, id := enginetest.NewBench(t), testIDs()[0]
			m := whole(t, b, id)
			_, err := writeJSON(b.Ground.Dir+Path(store, id, setName), Seal{Format: Format, Backup: id, Nodes: c.nodes(m)})
			done(t, err)
			if e := list(asker(b), store)[0]; e.Sealed != c.want || e.Complete != c.want {
				t.Errorf("sealed %t, complete %t: %s", e.Sealed, e.Complete, e.State)
			}
		})
	}
}

func TestSealRefusesWhatTheManifestDenies(t *testing.T) {
	b, id := enginetest.NewBench(t), testIDs()[0]
	fake(t, b, id)
	_, _, err := b.Apply(SealBackup(), &sealBackup{Backup: id, Dir: store, Source: Cassandra, Nodes: []string{"vellum-1"}})
	enginetest.Refused(t, err, engine.ClassPrecondition, "taken on vellum-1, vellum-2", "a set of vellum-1")
	_, _, err = b.Apply(SealBackup(), &sealBackup{Backup: id, Dir: store, Source: Cassandra, Nodes: []string{"vellum-1", "vellum-2"}, Manifests: map[string]string{"vellum-1": "11"}})
	enginetest.Refused(t, err, engine.ClassPrecondition, "was verified with sha256 11")
}

func TestSets(t *testing.T) {
	nodes := []string{"a", "b", "c"}
	e := func(node string, verified Depth) Entry {
		return Entry{ID: "i", Source: Cassandra, Node: node, Nodes: nodes, Verified: verified, Bytes: 5, Sealed: true}
	}
	sets := Sets(map[string][]Entry{"a": {e("a", Checksums)}, "b": {e("b", Checksums)}, "c": {e("c", "")}})
	if len(sets) != 1 || sets[0].Complete() || sets[0].Share() != "2 of 3 nodes" || sets[0].Missing()[0] != "c" || sets[0].Bytes != 10 {
		t.Errorf("%+v", sets)
	}
	// the third node's backup lies on the first, copied there
	sets = Sets(map[string][]Entry{"a": {e("a", Checksums), e("c", Checksums)}, "b": {e("b", Checksums)}})
	if !sets[0].Complete() || sets[0].Unsealed() || sets[0].Share() != "complete" {
		t.Errorf("%+v", sets)
	}
	sets = Sets(map[string][]Entry{"a": {e("a", Checksums)}, "b": {e("b", Checksums)}, "c": {{ID: "i", Source: Cassandra}}})
	if sets[0].Complete() {
		t.Error("complete although one node has no manifest")
	}
	sets = Sets(map[string][]Entry{"a": {e("a", Checksums)}, "b": {e("b", Checksums)}, "c": {e("c", Sizes)}})
	if sets[0].Complete() || sets[0].Share() != "2 of 3 nodes" {
		t.Errorf("names and sizes count as verified: %+v", sets)
	}
}

// A run that died between its verification and its seal left what no restore takes: it must not be called complete.
func TestASetWithoutItsSealIsNotComplete(t *testing.T) {
	e := func(node string, sealed bool) Entry {
		return Entry{ID: "i", Source: Cassandra, Node: node, Nodes: []string{"a", "b"}, Verified: Checksums, Sealed: sealed}
	}
	for _, sealed := range []bool{false, true} {
		s := Sets(map[string][]Entry{"a": {e("a", sealed)}, "b": {e("b", false)}})[0]
		if s.Complete() || !s.Unsealed() || s.Share() != "verified, not sealed" {
			t.Errorf("sealed on a: %t, the set is %q", sealed, s.Share())
		}
	}
}

func TestASealThatLacksANodeOfTheManifestIsNone(t *testing.T) {
	b, id := enginetest.NewBench(t), testIDs()[0]
	m := whole(t, b, id)
	seal := Seal{Format: Format, Backup: id, Nodes: []SealedNode{{"vellum-1", m.Sum()}}}
	if _, err := writeJSON(b.Ground.Dir+Path(store, id, setName), seal); err != nil {
		t.Fatal(err)
	}
	if e := list(asker(b), store)[0]; e.Complete || e.State != "not sealed: it is not known whether the other nodes of the set have theirs" {
		t.Errorf("%+v", e)
	}
}
