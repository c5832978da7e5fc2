package schema

func textFunctions() []Function {
	text := tString
	return []Function{
		Function{
			Name: "string", Args: "value", Doc: "A single value as text.",
			Example: `string(5) + "%"`, Gives: "5%",
		}.takes(1, 1, stringResult).moving().by(makeString),
		Function{
			Name: "trim", Args: "text[, characters]", Doc: "The text without blanks, or without these characters, at both ends.",
			Example: `trim("  a ")`, Gives: "a",
		}.fixed(1, 2, text, text, text),
		Function{
			Name: "trimPrefix", Args: "text, prefix", Doc: "The text without the prefix, if it has it.",
			Example: `trimPrefix("vellum-1", "vellum-")`, Gives: "1",
		}.fixed(2, 2, text, text, text),
		Function{
			Name: "trimSuffix", Args: "text, suffix", Doc: "The text without the suffix, if it has it.",
			Example: `trimSuffix("a.yaml", ".yaml")`, Gives: "a",
		}.fixed(2, 2, text, text, text),
		Function{
			Name: "upper", Args: "text", Doc: "The text in capital letters.",
			Example: `upper("ab")`, Gives: "AB",
		}.fixed(1, 1, text, text),
		Function{
			Name: "lower", Args: "text", Doc: "The text in small letters.",
			Example: `lower("AB")`, Gives: "ab",
		}.fixed(1, 1, text, text),
		Function{
			Name: "replace", Args: "text, old, new", Doc: "The text with every old replaced by new.",
			Example: `replace("a.b.c", ".", "/")`, Gives: "a/b/c",
		}.fixed(3, 3, text, text, text, text).by(replaceText),
		Function{
			Name: "split", Args: "text, separator", Doc: "The parts of the text between the separators.",
			Example: `split("a,b", ",")`, Gives: `["a","b"]`,
		}.takes(2, 2, signature(listOf(scalarType(text)), text, text)).by(splitText),
		Function{
			Name: "indexOf", Args: "text, part", Doc: "Where the part begins, counted in bytes from 0; -1 when it is not there.",
			Example: `indexOf("abc", "c")`, Gives: "2",
		}.fixed(2, 2, tInt, text, text),
		Function{
			Name: "hasPrefix", Args: "text, prefix", Doc: "Whether the text begins so.",
			Example: `hasPrefix("vellum-1", "vellum")`, Gives: "true",
		}.fixed(2, 2, tBool, text, text),
		Function{
			Name: "hasSuffix", Args: "text, suffix", Doc: "Whether the text ends so.",
			Example: `hasSuffix("a.db", ".db")`, Gives: "true",
		}.fixed(2, 2, tBool, text, text),
	}
}

func numberFunctions() []Function {
	return []Function{
		Function{
			Name: "min", Args: "number, … or list", Doc: "The smallest of the numbers.",
			Example: `min(3, 1, 2)`, Gives: "1",
		}.takes(1, 9, extreme),
		Function{
			Name: "max", Args: "number, … or list", Doc: "The largest of the numbers.",
			Example: `max([3, 1, 2])`, Gives: "3",
		}.takes(1, 9, extreme),
		Function{
			Name: "abs", Args: "number", Doc: "The number without its sign.",
			Example: `abs(-3)`, Gives: "3",
		}.takes(1, 1, sameNumber).by(makeAbs),
		Function{
			Name: "ceil", Args: "number", Doc: "The number rounded up to a whole one.",
			Example: `ceil(1.2)`, Gives: "2",
		}.fixed(1, 1, tInt, tFloat),
		Function{
			Name: "floor", Args: "number", Doc: "The number rounded down to a whole one.",
			Example: `floor(1.8)`, Gives: "1",
		}.fixed(1, 1, tInt, tFloat),
		Function{
			Name: "round", Args: "number", Doc: "The number rounded to the nearest whole one.",
			Example: `round(1.5)`, Gives: "2",
		}.fixed(1, 1, tInt, tFloat),
		Function{
			Name: "int", Args: "number or text", Doc: "A whole number made of another number, whose fraction is dropped, or of text.",
			Example: `int("12") + 1`, Gives: "13",
		}.fixed(1, 1, tInt, tAny).by(makeInt),
		Function{
			Name: "float", Args: "number or text", Doc: "A number with a fraction made of another number or of text.",
			Example: `float("0.5") * 3`, Gives: "1.5",
		}.fixed(1, 1, tFloat, tAny).by(makeFloat),
		Function{
			Name: "duration", Args: "text", Doc: "A duration made of text with a unit.",
			Example: `duration("90s") * 2`, Gives: "3m0s",
		}.fixed(1, 1, tDuration, tString).by(makeDuration),
		Function{
			Name: "size", Args: "text", Doc: "A size, in bytes, made of text with a unit.",
			Example: `size("2KiB") + size("1KiB")`, Gives: "3072",
		}.fixed(1, 1, tSize, tString).by(makeSize),
	}
}
