package cql

import "strings"

// Selector is one value of each row that is read; Name is its key in the row.
type Selector struct{ Name, text string }

// ValueOf selects the value of a column, under the name of the column.
func ValueOf(column string) Selector { return Selector{column, Quote(column)} }

// TTLOf selects the seconds that a column's value has to live; nil where it does not expire. HasTTL tells where it may
// be asked.
func TTLOf(column string) Selector {
	name := "ttl of " + column
	return Selector{name, "TTL(" + Quote(column) + ") AS " + Quote(name)}
}

// HasTTL tells whether the time to live of a column's values can be asked: not of a key, of a counter, nor of what is
// made of many cells.
func HasTTL(kind, typ string) bool {
	if kind != "regular" && kind != "static" {
		return false
	}
	switch typ {
	case "ascii", "bigint", "blob", "boolean", "date", "decimal", "double", "duration", "float", "inet", "int", "smallint",
		"text", "time", "timestamp", "timeuuid", "tinyint", "uuid", "varchar", "varint":
		return true
	}
	return strings.HasPrefix(typ, "frozen<")
}

func selected(values []Selector) string {
	if len(values) == 0 {
		return "*"
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = v.text
	}
	return strings.Join(texts, ", ")
}
