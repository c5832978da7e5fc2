package schema

// The codes are stable: a number is never used again for another mistake.
const (
	codeSyntax       = "TM0101" // not YAML
	codeTooLarge     = "TM0102" // size, depth, aliases
	codeSecondDoc    = "TM0103"
	codeUnknownKey   = "TM0104"
	codeDuplicateKey = "TM0105"
	codeMissingKey   = "TM0106"
	codeShape        = "TM0107" // mapping, list or scalar where another is due
	codeTag          = "TM0108"
	codeType         = "TM0109" // scalar of the wrong type

	codeName        = "TM0201"
	codeDuplicateID = "TM0202"
	codeUnknownKind = "TM0203"
	codeOneKind     = "TM0204"
	codePlace       = "TM0205" // kind does not run there
	codeGroup       = "TM0206"
	codeUnused      = "TM0207"
	codeStrategy    = "TM0208"
	codeKey         = "TM0209" // keys of for-each items

	codeDuration = "TM0301"
	codeSize     = "TM0302"
	codeMode     = "TM0303"
	codeEnum     = "TM0304"
	codeCheck    = "TM0305" // the arguments' own check
	codeRange    = "TM0306"

	codeExpr       = "TM0401" // not an expression
	codeUnknown    = "TM0402" // unknown name
	codeMismatch   = "TM0403" // wrong static type
	codeFunction   = "TM0404"
	codeMaybe      = "TM0405" // needs ??
	codeOrder      = "TM0406" // step did not run before
	codeNotHere    = "TM0407" // known, not available here
	codeEvaluation = "TM0408"

	codeInputMissing = "TM0501"
	codeInputUnknown = "TM0502"
	codeInputType    = "TM0503"

	codeSiteGroup   = "TM0601"
	codeSiteAddress = "TM0602"
	codeSiteSecret  = "TM0603"
)
