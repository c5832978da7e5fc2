package load

import (
	"reflect"
	"strings"
	"testing"
)

func all(t *testing.T, o Options) []work {
	t.Helper()
	plan, err := plan(o)
	if err != nil {
		t.Fatal(err)
	}
	var works []work
	for w := range plan {
		works = append(works, w)
	}
	return works
}

func TestPlanIsTheSameForTheSameSeed(t *testing.T) {
	for _, phase := range []Phase{Base, Newer} {
		o := Options{Lines: 40, Wide: 250, Seed: 3, Phase: phase}
		if !reflect.DeepEqual(all(t, o), all(t, o)) {
			t.Errorf("%s: twice the same options, another plan", phase)
		}
		other := o
		other.Seed++
		if reflect.DeepEqual(all(t, o), all(t, other)) {
			t.Errorf("%s: another seed, the same plan", phase)
		}
	}
}

// A row and its deletion in one batch would have one timestamp.
func TestNoBatchMixesWritesAndDeletions(t *testing.T) {
	for _, phase := range []Phase{Base, Newer} {
		for _, work := range all(t, Options{Lines: 40, Wide: 250, Seed: 3, Phase: phase}) {
			for _, batch := range work {
				deletions := 0
				for _, s := range batch {
					if strings.HasPrefix(s.CQL, "DELETE") {
						deletions++
					}
				}
				if deletions != 0 && deletions != len(batch) {
					t.Errorf("%s: %v", phase, batch)
				}
			}
		}
	}
}

func TestBaseReachesEveryTableInEveryShape(t *testing.T) {
	var text strings.Builder
	for _, work := range all(t, Options{Lines: 40, Wide: 250, Seed: 3, Phase: Base}) {
		for _, batch := range work {
			for _, s := range batch {
				text.WriteString(s.CQL + "\n")
			}
		}
	}
	for _, tbl := range []table{private, sets, profiles, public, impi, impu, impiMapping, simservs, callLists} {
		if !strings.Contains(text.String(), "INSERT INTO "+tbl.name+" ") {
			t.Errorf("nothing is written to %s", tbl.name)
		}
	}
	for _, want := range []string{"USING TTL", "AND column1 = ?", "DELETE FROM homer.simservs WHERE user = ?\n"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no statement with %q", want)
		}
	}
}

func TestPlanRefusesAnUnknownPhase(t *testing.T) {
	if _, err := plan(Options{Phase: "later"}); err == nil {
		t.Error("phase later is accepted")
	}
}
