package schema

import "reflect"

// languageType is what the tag `is` of a declaration means: the forms that a
// Go type cannot say, because the decoder reads them by rules of their own.
func languageType(is string) Type {
	switch is {
	case "vars":
		return mapOf(FormName, Type{Form: FormAny})
	case "value":
		return Type{Form: FormAny, Expr: true}
	case "values":
		return mapOf("", Type{Form: FormAny, Expr: true})
	case "sentences":
		return listed(Type{Form: FormString, Expr: true}, false)
	case "inputs":
		return mapOf(FormName, section("input", reflect.TypeFor[inputFile]()))
	case "stages":
		stage, include := section("stage", reflect.TypeFor[stageFile]()), section("include", reflect.TypeFor[includeUse]())
		stage.Or = &include
		return listed(stage, true)
	case "changes":
		return listed(section("change", reflect.TypeFor[changeFile]()), false)
	case "steps":
		return listed(Type{Form: FormStep}, true)
	case "outputs":
		return mapOf(FormName, Type{Form: FormString, Expr: true})
	case "retry":
		return section("retry", reflect.TypeFor[retryFile]())
	case "strategy":
		return section("strategy", reflect.TypeFor[strategyFile]())
	case "shares":
		return listed(Type{Form: FormShare}, true)
	case "groups":
		return listed(Type{Form: FormWord}, true)
	case "nodes":
		out := mapOf(FormWord, section("node", reflect.TypeFor[nodeFile]()))
		out.Filled = true
		return out
	case "secrets":
		return mapOf(FormName, section("secret", reflect.TypeFor[Secret]()))
	}
	return Type{Form: Form(is)} // name, word, address, share, place, items, key, condition
}

func section(name string, t reflect.Type) Type {
	return Type{Form: FormObject, Name: name, Keys: keysOf(t, false)}
}

func mapOf(words Form, elem Type) Type { return Type{Form: FormMap, Words: words, Elem: &elem} }

func listed(elem Type, filled bool) Type {
	return Type{Form: FormList, Elem: &elem, Filled: filled}
}

// PickKeys are the keys of `on: {group: …, pick: one}`.
func PickKeys() []Key { return keysOf(reflect.TypeFor[pickFile](), false) }
