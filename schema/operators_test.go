package schema

import (
	"strings"
	"testing"
)

// No operator gives a number that is not the result.
func TestOperatorsDoNotOverflow(t *testing.T) {
	const most = "9223372036854775807"
	inputs := map[string]any{"most": 1<<63 - 1, "least": -1 << 63, "one": 1, "night": 1 << 40, "text": strings.Repeat("ab", 1000)}
	for text, want := range map[string]string{
		"inputs.most - inputs.one + 1": most, "inputs.least + inputs.most": "-1", "inputs.most * -1": "-" + most, "inputs.least + 0": "-9223372036854775808",
		"inputs.least * 1": "-9223372036854775808", "-5 % 3": "-2", "0 - inputs.most": "-" + most, "1 - 2.5": "-1.5",
		"-inputs.most": "-" + most, "-inputs.one": "-1", "-(0.5)": "-0.5", "abs(0 - inputs.most)": most, "abs(-2.5)": "2.5", "abs(inputs.one)": "1",
		"sum([inputs.most, -1])": "9223372036854775806", "sum([1, 2], # * 3)": "9", "sum([0.5, 0.25])": "0.75", "sum([])": "0",
	} {
		if v, ds := evaluated(t, text, inputs); ds.HasErrors() || shown(v) != want {
			t.Errorf("%s gives %v, not %s %v", text, v, want, ds)
		}
	}
	for text, says := range map[string]string{
		"inputs.most + inputs.one": "64 bits", "inputs.least - inputs.one": "64 bits", "0 - inputs.least": "64 bits", "inputs.least + inputs.least": "64 bits",
		"-inputs.least": "64 bits", "abs(inputs.least)": "64 bits", "sum([inputs.most, inputs.one])": "64 bits", "sum([1, 2], # * inputs.most)": "64 bits", "sum([inputs.most, 1], # + 0)": "64 bits",
		"inputs.most * 2": "64 bits", "inputs.least * -1": "64 bits", "-1 * inputs.least": "64 bits",
		`duration("999999h") * inputs.night`: "292 years", `duration("2000000h") + duration("2000000h")`: "292 years", `duration("999999h") / 0.0001`: "292 years",
		`inputs.text matches join(["(a{999}b{", string(inputs.one), "}){2}"])`: "repeat count", `inputs.text matches join(["(a{999}b{999}c{9}", string(inputs.one), ")"])`: "2000 instructions",
	} {
		v, ds := evaluated(t, text, inputs)
		if !ds.HasErrors() || !strings.Contains(ds.Error(), says) || ds[0].Pos.Col < 1 {
			t.Errorf("%s gives %v: %v", text, v, ds)
		}
	}
}
