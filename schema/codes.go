package schema

// The codes are stable: a number is never used again for another mistake. Title and explanation of each are its page,
// see [Codes]. The exported ones are of the programs of executable kinds: whoever runs those reports them, by
// Kind.Broken.
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
	codeShelf   = "TM0219" // a runbook that no name finds

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

	codeBraces = "TM0431" // an expression in the braces of another language

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
	codeLintWord     = "TM1006" // shell syntax without a shell
	codeLintConstant = "TM1007"
	codeLintRedo     = "TM1008" // a command of which only a person knows
	codeLintIgnore   = "TM1009"
)
