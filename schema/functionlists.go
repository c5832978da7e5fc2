package schema

// predicates go over a list; # is the element.
func predicates() []Function {
	return []Function{
		Function{
			Name: "all", Args: "list, predicate", Doc: "Whether the predicate holds for every element; it does for an empty list.",
			Example: `all([2, 4], # % 2 == 0)`, Gives: "true",
		}.over(2, boolPredicate),
		Function{
			Name: "any", Args: "list, predicate", Doc: "Whether the predicate holds for at least one element.",
			Example: `any(["a", "b"], # == "b")`, Gives: "true",
		}.over(2, boolPredicate),
		Function{
			Name: "none", Args: "list, predicate", Doc: "Whether the predicate holds for no element.",
			Example: `none([1, 2], # > 2)`, Gives: "true",
		}.over(2, boolPredicate),
		Function{
			Name: "one", Args: "list, predicate", Doc: "Whether the predicate holds for exactly one element.",
			Example: `one([1, 2, 2], # == 1)`, Gives: "true",
		}.over(2, boolPredicate),
		Function{
			Name: "filter", Args: "list, predicate", Doc: "The elements for which the predicate holds.",
			Example: `filter([1, 2, 3], # > 1)`, Gives: "[2,3]",
		}.over(2, filterResult).moving(),
		Function{
			Name: "map", Args: "list, expression", Doc: "The value of the expression for each element.",
			Example: `map(["a", "b"], "/srv/" + #)`, Gives: `["/srv/a","/srv/b"]`,
		}.over(2, mapResult).moving(),
		Function{
			Name: "count", Args: "list[, predicate]", Doc: "How many elements the predicate holds for; of a list of bools, how many are true.",
			Example: `count([1, 2, 3], # > 1)`, Gives: "2",
		}.over(1, countResult),
		Function{
			Name: "sum", Args: "list[, expression]", Doc: "The sum of the elements, or of the expression over them.",
			Example: `sum([1, 2, 3], # * 2)`, Gives: "12",
		}.over(1, sumResult),
	}
}

func listFunctions() []Function {
	return []Function{
		Function{
			Name: "len", Args: "list, map or string", Doc: "The number of elements, entries or characters.",
			Example: `len("größe")`, Gives: "5",
		}.takes(1, 1, lenResult),
		Function{
			Name: "keys", Args: "map", Doc: "The keys of a map, sorted.",
			Example: `keys({b: 1, a: 2})`, Gives: `["a","b"]`,
		}.takes(1, 1, keysResult).by(sortedKeys),
		Function{
			Name: "values", Args: "map", Doc: "The values of a map, in the order of its sorted keys.",
			Example: `values({b: 1, a: 2})`, Gives: "[2,1]",
		}.takes(1, 1, valuesResult).moving().by(sortedValues),
		Function{
			Name: "first", Args: "list", Doc: "The first element; an empty list has none, which is an error where a value is due.",
			Example: `first([7, 8])`, Gives: "7",
		}.takes(1, 1, elemResult).moving(),
		Function{
			Name: "last", Args: "list", Doc: "The last element.",
			Example: `last([7, 8])`, Gives: "8",
		}.takes(1, 1, elemResult).moving(),
		Function{
			Name: "reverse", Args: "list", Doc: "The list from its end to its beginning.",
			Example: `reverse([1, 2])`, Gives: "[2,1]",
		}.takes(1, 1, sameList).moving(),
		Function{
			Name: "sort", Args: "list", Doc: "The list in ascending order.",
			Example: `sort(["b", "a"])`, Gives: `["a","b"]`,
		}.takes(1, 1, sameList),
		Function{
			Name: "uniq", Args: "list", Doc: "The list without repetitions, each element at its first place.",
			Example: `uniq([2, 1, 2])`, Gives: "[2,1]",
		}.takes(1, 1, sameList),
		Function{
			Name: "concat", Args: "list, …", Doc: "The elements of all lists, one list after the other.",
			Example: `concat([1], [2, 3])`, Gives: "[1,2,3]",
		}.takes(1, 9, sameList).moving().by(concatLists),
		Function{
			Name: "join", Args: "list[, separator]", Doc: "The strings of a list as one text.",
			Example: `join(["a", "b"], ", ")`, Gives: "a, b",
		}.takes(1, 2, joinResult).moving().by(joinTexts),
	}
}
