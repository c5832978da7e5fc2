package schema

// The codes are stable: a number is never used again for another mistake. The exported ones are of the programs of
// executable kinds: whoever runs those reports them, by Kind.Broken.
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
	codeCharacter    = "TM0111" // control, invisible, not UTF-8
	codeTab          = "TM0112" // tab as indentation
	codeQuote        = "TM0113" // text that needs quotes
	codeOpen         = "TM0114" // quote or bracket without its end
	codeIndent       = "TM0115" // indentation that fits no line above
	codeSpace        = "TM0116" // no space after : or -
	codeAnchor       = "TM0117" // alias of no anchor
	codeAmbiguous    = "TM0118" // versions of YAML read it differently

	codeName        = "TM0201"
	codeDuplicateID = "TM0202"
	codeUnknownKind = "TM0203"
	codeOneKind     = "TM0204"
	codePlace       = "TM0205" // kind does not run there
	codeGroup       = "TM0206"
	codeUnused      = "TM0207"
	codeStrategy    = "TM0208"
	codeKey         = "TM0209" // keys of for-each items

	codeNever   = "TM0210" // a condition that is never true
	codeAlways  = "TM0211"
	codeShadow  = "TM0212"
	codeRetry   = "TM0213" // repeating is not safe
	codeTooLong = "TM0214" // attempts that last longer than the run may
	codeNoGate  = "TM0215"
	codeHyphen  = "TM0216" // a name that subtracts
	codeNarrow  = "TM0217" // a step outside its stage
	codeExposed = "TM0218" // a secret in plain text

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

	codeTooMuch = "TM0411" // the value is too large

	codeSecretUse   = "TM0421" // needs the value of a secret
	codeSecretPlace = "TM0422" // no secret can be read here
	codeSecretArg   = "TM0423" // an argument that takes no secret

	codeInputMissing = "TM0501"
	codeInputUnknown = "TM0502"
	codeInputType    = "TM0503"

	codeSiteGroup   = "TM0601"
	codeSiteAddress = "TM0602"
	codeSiteSecret  = "TM0603"

	codeChange     = "TM0701" // not one change that can be made
	codeTarget     = "TM0702" // of an overlay, is gone
	codeWas        = "TM0703" // the target is not what it was
	codeExpect     = "TM0704"
	codeTwoChanges = "TM0705" // two overlays decide one value
	codeGate       = "TM0706" // a gate is taken away

	codeInclude       = "TM0801" // no list of stages of that name
	codeIncludeCircle = "TM0802"
	codeGiven         = "TM0803" // with: not what the inputs are

	codeKindFile    = "TM0810" // name of a composite kind and of its file
	codeRecursion   = "TM0811" // a composite kind within itself
	codeOnComposite = "TM0812" // step keys that a composite kind cannot have

	CodeKindProgram = "TM0901" // no program, or one that cannot be started
	CodeKindExit    = "TM0902" // describe failed
	CodeKindHangs   = "TM0903" // describe did not end
	CodeKindTalks   = "TM0904" // describe printed too much
	codeNoJSON      = "TM0905" // describe printed no JSON object
	codeProtocol    = "TM0906"
	codeKindName    = "TM0907" // describe names another kind
	codeArgSchema   = "TM0908" // outside the part of JSON Schema that is used
	CodeKindTaken   = "TM0909" // the name is taken, or is none
	CodeKindFiles   = "TM0910" // files that cannot travel
	CodeKindAnswer  = "TM0911" // what describe printed has mistakes, shown beside

	codeLintTitle    = "TM1001"
	codeLintHelp     = "TM1002"
	codeLintTimeout  = "TM1003"
	codeLintNumbered = "TM1004"
	codeLintShell    = "TM1005"
	codeLintIgnore   = "TM1009"
)

// Code is one kind of mistake.
type Code struct {
	ID    string `json:"code"`  // TM and four digits
	Title string `json:"title"` // what is wrong, in a few words
}

// Codes are all kinds of mistakes, in the order of their numbers. Each has a
// page: see [Page].
func Codes() []Code {
	return []Code{
		{codeSyntax, "not YAML"},
		{codeTooLarge, "too large"},
		{codeSecondDoc, "a second document"},
		{codeUnknownKey, "unknown key"},
		{codeDuplicateKey, "duplicate key"},
		{codeMissingKey, "a key is missing"},
		{codeShape, "the wrong shape"},
		{codeTag, "a tag"},
		{codeType, "the wrong type"},
		{codeCharacter, "a character that has no place here"},
		{codeTab, "indentation that is no space"},
		{codeQuote, "text that needs quotes"},
		{codeOpen, "a quote or bracket that is not closed"},
		{codeIndent, "indentation that fits no line above"},
		{codeSpace, "no space after a colon or dash"},
		{codeAnchor, "an alias without an anchor"},
		{codeAmbiguous, "read differently by versions of YAML"},

		{codeName, "not a name"},
		{codeDuplicateID, "named twice"},
		{codeUnknownKind, "unknown kind"},
		{codeOneKind, "not one kind"},
		{codePlace, "not at this place"},
		{codeGroup, "no such group"},
		{codeUnused, "used nowhere"},
		{codeStrategy, "not a number of nodes"},
		{codeKey, "items that nothing tells apart"},

		{codeNever, "never true"},
		{codeAlways, "always true"},
		{codeShadow, "one name for two things"},
		{codeRetry, "not safe to repeat"},
		{codeTooLong, "longer than the run may take"},
		{codeNoGate, "nothing is checked before data is lost"},
		{codeHyphen, "a hyphen that subtracts"},
		{codeNarrow, "a step outside its stage"},
		{codeExposed, "a secret in plain text"},

		{codeDuration, "not a duration"},
		{codeSize, "not a size"},
		{codeMode, "not a mode"},
		{codeEnum, "not one of the allowed words"},
		{codeCheck, "arguments that do not go together"},
		{codeRange, "out of range"},

		{codeExpr, "not an expression"},
		{codeUnknown, "unknown name"},
		{codeMismatch, "types that do not fit"},
		{codeFunction, "not a function of the language"},
		{codeMaybe, "a value that may be absent"},
		{codeOrder, "a step that did not run before"},
		{codeNotHere, "not known here"},
		{codeEvaluation, "an expression without a result"},
		{codeTooMuch, "a value that is too large"},
		{codeSecretUse, "the value of a secret would be needed"},
		{codeSecretPlace, "no place for a secret"},
		{codeSecretArg, "an argument that takes no secret"},

		{codeInputMissing, "an input is missing"},
		{codeInputUnknown, "unknown input"},
		{codeInputType, "an input of the wrong type"},

		{codeSiteGroup, "groups of a site"},
		{codeSiteAddress, "the address of a node"},
		{codeSiteSecret, "where a secret comes from"},

		{codeChange, "not a change that can be made"},
		{codeTarget, "the target is gone"},
		{codeWas, "the target is not what it was"},
		{codeExpect, "another text than expected"},
		{codeTwoChanges, "two overlays change one value"},
		{codeGate, "a gate is taken away"},

		{codeInclude, "no such list of stages"},
		{codeIncludeCircle, "a list of stages that includes itself"},
		{codeGiven, "not what the list of stages takes"},

		{codeKindFile, "the name of a kind"},
		{codeRecursion, "a kind that contains itself"},
		{codeOnComposite, "not on a step made of steps"},

		{CodeKindProgram, "no program to start"},
		{CodeKindExit, "a program that cannot describe itself"},
		{CodeKindHangs, "a program that does not end"},
		{CodeKindTalks, "a program that prints too much"},
		{codeNoJSON, "an answer that is no JSON"},
		{codeProtocol, "another protocol"},
		{codeKindName, "the name of another kind"},
		{codeArgSchema, "a schema that arguments cannot have"},
		{CodeKindTaken, "a name that another kind has"},
		{CodeKindFiles, "files that cannot travel"},
		{CodeKindAnswer, "a kind that describes itself wrongly"},

		{codeLintTitle, "a runbook without a title"},
		{codeLintHelp, "an input without help"},
		{codeLintTimeout, "a step that may wait for ever"},
		{codeLintNumbered, "an id that only counts"},
		{codeLintShell, "a program as text for a shell"},
		{codeLintIgnore, "an ignore that is not right"},
	}
}
