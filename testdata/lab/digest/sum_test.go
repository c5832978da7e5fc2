package digest

import (
	"math/rand"
	"testing"
)

func rows() [][]Cell {
	return [][]Cell{
		{{"key", []byte("a")}, {"value", nil}},
		{{"key", []byte("a")}, {"value", []byte{}}},
		{{"key", []byte("ab")}, {"value", []byte("c")}},
		{{"key", []byte("a")}, {"value", []byte("bc")}},
		{{"key", []byte("ü")}, {"value", []byte{0, 1, 0xff}}},
	}
}

func sumOf(rows [][]Cell) string {
	var s Sum
	for _, r := range rows {
		s.Add(r)
	}
	return s.String()
}

func TestSumIgnoresTheOrderOfRows(t *testing.T) {
	all := rows()
	want := sumOf(all)
	for range 20 {
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if got := sumOf(all); got != want {
			t.Fatalf("another order gives %s, want %s", got, want)
		}
	}
}

func TestSumTellsEveryRowApart(t *testing.T) {
	seen := map[string]int{}
	for i, r := range rows() {
		sum := sumOf([][]Cell{r})
		if other, twice := seen[sum]; twice {
			t.Errorf("rows %d and %d have one digest", other, i)
		}
		seen[sum] = i
	}
}

func TestSumNoticesARowThatIsThereTwice(t *testing.T) {
	all := rows()
	if sumOf(all) == sumOf(append(all, all[0], all[0])) {
		t.Error("two more rows change nothing")
	}
}
