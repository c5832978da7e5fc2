package schema

// operator is the type of l op r, nil when the two do not fit.
func operator(op string, l, r *typ) *typ {
	either := l.kind == tAny || r.kind == tAny
	both := func(k typeKind) bool {
		return (l.kind == k || l.kind == tAny) && (r.kind == k || r.kind == tAny)
	}
	numbers := (l.number() || l.kind == tAny) && (r.number() || r.kind == tAny)
	ordered := numbers || both(tString) || both(tDuration)
	when := func(ok bool, k typeKind) *typ {
		if !ok {
			return nil
		}
		return scalarType(k)
	}
	switch op {
	case "and", "&&", "or", "||":
		return when(both(tBool), tBool)
	case "<", "<=", ">", ">=":
		return when(ordered, tBool)
	case "matches", "contains", "startsWith", "endsWith":
		return when(both(tString), tBool)
	case "in":
		return when(member(l, r), tBool)
	case "**", "^":
		return when(numbers, tFloat)
	case "%":
		return when(both(tInt), tInt)
	}
	if either {
		return scalarType(tAny)
	}
	return arithmetic(op, l, r)
}

func arithmetic(op string, l, r *typ) *typ {
	durations := l.kind == tDuration && r.kind == tDuration
	switch {
	case op == "*" && l.kind == tSize && r.number() && r.kind != tSize, op == "/" && (l.kind == tSize || l.kind == tDuration) && r.number() && r.kind != tSize:
		return l
	case op == "*" && r.kind == tSize && l.number() && l.kind != tSize:
		return r
	case op == "*" && l.kind == tSize:
		return nil
	case op == "/" && (l.number() && r.number() || durations):
		return scalarType(tFloat)
	case op == "/":
		return nil
	case l.number() && r.number():
		return join(l, r)
	case op == "+" && l.kind == tString && r.kind == tString:
		return scalarType(tString)
	case (op == "+" || op == "-") && durations:
		return l
	case op == "*" && l.kind == tDuration && r.number():
		return l
	case op == "*" && l.number() && r.kind == tDuration:
		return r
	}
	return nil
}

// member is the condition of `l in r`.
func member(l, r *typ) bool {
	switch r.kind {
	case tAny:
		return true
	case tList:
		return join(l, r.elem) != nil
	case tMap, tObject:
		return l.kind == tString || l.kind == tAny
	}
	return false
}
