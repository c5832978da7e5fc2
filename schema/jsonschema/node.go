package jsonschema

// draft is the dialect of the schemas.
const draft = "https://json-schema.org/draft/2020-12/schema"

// node is one schema. Description is for every tool; the fields below Ref are
// extensions that editors read and validators skip.
type node struct {
	Draft       string           `json:"$schema,omitempty"`
	Ref         string           `json:"$ref,omitempty"`
	Markdown    string           `json:"markdownDescription,omitempty"`
	PatternSays string           `json:"patternErrorMessage,omitempty"` // instead of "does not match the pattern"
	Says        string           `json:"errorMessage,omitempty"`        // instead of any message of this node
	Quiet       bool             `json:"doNotSuggest,omitempty"`        // a condition on a key is no key to complete
	Description string           `json:"description,omitempty"`
	Type        any              `json:"type,omitempty"` // a name or a list of names
	Enum        []any            `json:"enum,omitempty"`
	Const       any              `json:"const,omitempty"`
	Pattern     string           `json:"pattern,omitempty"`
	Minimum     *float64         `json:"minimum,omitempty"`
	Maximum     *float64         `json:"maximum,omitempty"`
	Items       *node            `json:"items,omitempty"`
	MinItems    int              `json:"minItems,omitempty"`
	Properties  map[string]any   `json:"properties,omitempty"`           // false or a schema
	Additional  any              `json:"additionalProperties,omitempty"` // false or a schema
	Names       *node            `json:"propertyNames,omitempty"`
	MinKeys     int              `json:"minProperties,omitempty"`
	MaxKeys     int              `json:"maxProperties,omitempty"`
	Required    []string         `json:"required,omitempty"`
	AnyOf       []*node          `json:"anyOf,omitempty"`
	OneOf       []*node          `json:"oneOf,omitempty"`
	AllOf       []*node          `json:"allOf,omitempty"`
	Dependent   map[string]*node `json:"dependentSchemas,omitempty"`
	If          *node            `json:"if,omitempty"`
	Then        *node            `json:"then,omitempty"`
	Else        *node            `json:"else,omitempty"`
	Default     any              `json:"default,omitempty"`
	Defs        map[string]*node `json:"$defs,omitempty"`
}

// is adds names to the types that a node accepts.
func (n *node) is(types ...any) {
	for _, t := range types {
		switch have := n.Type.(type) {
		case nil:
			n.Type = t
		case []any:
			n.Type = append(have, t)
		default:
			n.Type = []any{have, t}
		}
	}
}

// matching is text of a form, with what an editor says of any other.
func matching(pattern, says string) *node {
	return &node{Type: "string", Pattern: pattern, PatternSays: says}
}
