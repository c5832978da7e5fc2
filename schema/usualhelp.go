package schema

// usualHelp says what to do about a mistake where its place knows nothing
// better: no diagnostic leaves its reader alone.
func usualHelp(code string) string {
	switch code {
	case codeDuplicateKey, codeDuplicateID, codeSiteGroup:
		return "remove one of the two"
	case codeMissingKey:
		return "add it"
	case codeUnknownKey:
		return "nothing is set here: remove it"
	case codeType:
		return "write a value of that type"
	case codeShape:
		return "a mapping is KEY: VALUE, a list is [a, b], a single value is neither"
	case codeTooLarge:
		return "write it flatter, or split the file"
	case codeGroup:
		return "name a group or a node of the site"
	case codeRange:
		return "write a value within the bounds"
	case codeCheck:
		return "the rule is explained by: tidemark explain " + code
	case codeExpr:
		return "complete it: something is missing, or stands where nothing can"
	case codeFunction:
		return "what expressions can use is listed by: tidemark explain " + code
	case codeUnknown:
		return "look for a slip in the name, and at what stands before it"
	case codeMismatch:
		return `compare and combine values of one type: string(x), int(x), float(x), duration("5m") and join(list) convert`
	case codeEvaluation, codeTooMuch:
		return "look at the values that it reads here: inputs, vars, outputs; a condition before it can keep it from being reached"
	case codeNotHere:
		return "read it where it is known"
	case codeSiteAddress:
		return "write a host name or an IP address"
	case codeSiteSecret:
		return "one of: node-file: an absolute path, env: a variable, command: a list"
	}
	return ""
}
