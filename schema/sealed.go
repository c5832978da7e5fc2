package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Sealed is text that may hold secrets, by their names. It is the type of an
// argument that takes one; every other argument refuses it when the runbook is
// read. Its JSON, which plans and digests are made of, has no value of any
// secret: plain text is a string, the rest is {"$sealed": ["user:", {"secret": "NAME"}]}.
type Sealed struct {
	parts []sealedPart
}

// sealedPart is literal text, or the name of a secret.
type sealedPart struct {
	text   string
	secret string
}

// SealText is text without a secret.
func SealText(text string) Sealed {
	if text == "" {
		return Sealed{}
	}
	return Sealed{[]sealedPart{{text: text}}}
}

// Equal compares texts and names.
func (s Sealed) Equal(other Sealed) bool { return slices.Equal(s.parts, other.parts) }

// Empty reports whether nothing was given.
func (s Sealed) Empty() bool { return len(s.parts) == 0 }

// Secrets gives the names of the secrets in it, in their order.
func (s Sealed) Secrets() []string {
	var out []string
	for _, p := range s.parts {
		if p.secret != "" {
			out = append(out, p.secret)
		}
	}
	return out
}

// String is the text for people: a secret stands as its name in brackets.
func (s Sealed) String() string {
	text, _ := s.Open(func(name string) ([]byte, error) { return []byte("(secret " + name + ")"), nil })
	return text
}

// Open puts the values in. Only a task that is being applied has them.
func (s Sealed) Open(value func(name string) ([]byte, error)) (string, error) {
	var b strings.Builder
	for _, p := range s.parts {
		if p.secret == "" {
			b.WriteString(p.text)
			continue
		}
		v, err := value(p.secret)
		if err != nil {
			return "", err
		}
		b.Write(v)
	}
	return b.String(), nil
}

// sealedJSON is the form of a text that holds secrets.
type sealedJSON struct {
	Sealed []any `json:"$sealed"`
}

type secretJSON struct {
	Secret string `json:"secret"`
}

// MarshalJSON writes names, never values.
func (s Sealed) MarshalJSON() ([]byte, error) {
	if len(s.Secrets()) == 0 {
		return json.Marshal(s.String())
	}
	var out sealedJSON
	for _, p := range s.parts {
		if p.secret != "" {
			out.Sealed = append(out.Sealed, secretJSON{p.secret})
			continue
		}
		out.Sealed = append(out.Sealed, p.text)
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Sealed) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		*s = SealText(text)
		return nil
	}
	var form struct {
		Sealed []json.RawMessage `json:"$sealed"`
	}
	if err := json.Unmarshal(raw, &form); err != nil || form.Sealed == nil {
		return fmt.Errorf("neither text nor text with secrets")
	}
	*s = Sealed{}
	for _, part := range form.Sealed {
		var p sealedPart
		var named secretJSON
		if json.Unmarshal(part, &p.text) != nil {
			if err := json.Unmarshal(part, &named); err != nil || named.Secret == "" {
				return fmt.Errorf("a part of a text is neither text nor a secret")
			}
			p.secret = named.Secret
		}
		s.parts = append(s.parts, p)
	}
	return nil
}
