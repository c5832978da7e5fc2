package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Digest is the kind's meaning: name, version, arguments and outputs, and the program; help texts are no part of it. A run is
// resumed by another build only where it is equal.
func (k *Kind) Digest() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %d %s\n", k.Name, k.Version, k.Redo)
	fmt.Fprintf(h, "%s\n%s\n", shape(reflect.TypeOf(k.Arguments())), shape(reflect.TypeOf(k.Out)))
	if k.Program != "" {
		fmt.Fprintln(h, k.Program)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

func shape(t reflect.Type) string {
	switch {
	case t == nil:
		return "none"
	case t.Kind() == reflect.Struct:
		var b strings.Builder
		for i := range t.NumField() {
			f := t.Field(i)
			fmt.Fprintf(&b, "%s %s %s;", f.Name, shape(f.Type), meaning(f.Tag))
		}
		return "{" + b.String() + "}"
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer:
		return "[]" + shape(t.Elem())
	}
	return t.String()
}

// meaning is a tag without its help, which may be worded anew under an open run.
func meaning(tag reflect.StructTag) string {
	return strings.Replace(string(tag), "help:"+strconv.Quote(tag.Get("help")), "", 1)
}
