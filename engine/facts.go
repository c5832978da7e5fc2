package engine

import "maps"

// Facts are what is known of one node while its tasks are planned in order.
type Facts struct {
	will  map[string]string
	seen  map[string]Fact
	asked map[string]any
}

// NewFacts starts with what earlier tasks promised; nil is nothing.
func NewFacts(will map[string]string) *Facts {
	f := &Facts{will: map[string]string{}, seen: map[string]Fact{}, asked: map[string]any{}}
	maps.Copy(f.will, will)
	return f
}

// Add makes the promises of a planned or done task known to the later ones.
func (f *Facts) Add(will []Fact) {
	for _, w := range will {
		f.will[w.Key] = w.Value
	}
}

func (f *Facts) look(key string, actual bool, probe func() (string, error)) (Fact, error) {
	if value, ok := f.will[key]; ok && !actual {
		return Fact{key, value}, nil
	}
	if fact, ok := f.seen[key]; ok {
		return fact, nil
	}
	value, err := probe()
	if err != nil {
		return Fact{}, err
	}
	f.seen[key] = Fact{key, value}
	return f.seen[key], nil
}

// Once asks at most once what the tasks of a node share while they are planned, and what the Plan of a task shares with
// its Apply; key names the question. It is for what none of them changes. An error is not kept.
func Once[T any](v *View, key string, ask func() (T, error)) (T, error) {
	if answer, ok := v.facts.asked[key].(T); ok {
		return answer, nil
	}
	answer, err := ask()
	if err == nil {
		v.facts.asked[key] = answer
	}
	return answer, err
}
