package engine_test

import (
	"testing"

	"tidemark/engine"
)

// A help that is worded anew must not keep a run from being resumed; whatever decides what a step does must.
func TestDigestOfAKindIsItsMeaning(t *testing.T) {
	digest := func(out any) string {
		return (&engine.Kind{Name: "sample", Args: struct{}{}, Out: out, Version: 1}).Digest()
	}
	was := digest(struct {
		Size int `json:"size" help:"bytes; \"0\" is none" default:"1"`
	}{})
	worded := digest(struct {
		Size int `json:"size" help:"how many bytes, 0 to 9 – or none" default:"1"`
	}{})
	other := digest(struct {
		Size int `json:"size" help:"bytes; \"0\" is none" default:"2"`
	}{})
	if was != worded || was == other {
		t.Errorf("%s, worded anew %s, with another default %s", was, worded, other)
	}
}
