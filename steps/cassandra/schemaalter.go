package cassandra

import "strings"

// alters reads `ALTER TABLE name DROP column …` and `… ADD column …`, as a saved schema has them for a column that was
// dropped, or dropped and added again; "" for any other statement.
func alters(statement string) (verb, column string) {
	w := words(statement)
	if len(w) < 5 || !strings.EqualFold(w[0]+" "+w[1], "ALTER TABLE") {
		return "", ""
	}
	verb, column = strings.ToUpper(w[3]), strings.ToLower(w[4])
	if verb != "DROP" && verb != "ADD" {
		return "", ""
	}
	if inner, ok := strings.CutPrefix(w[4], `"`); ok {
		column = strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `""`, `"`)
	}
	return verb, column
}

// words splits at white space outside of quotations.
func words(statement string) []string {
	var out []string
	within := false
	for i := 0; i < len(statement); {
		n := quotedLen(statement[i:])
		piece := statement[i : i+n]
		blank := strings.TrimSpace(piece) == ""
		switch {
		case blank:
		case within:
			out[len(out)-1] += piece
		default:
			out = append(out, piece)
		}
		within = !blank
		i += n
	}
	return out
}
