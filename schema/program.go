package schema

import (
	"cmp"
	"encoding/json"
	"reflect"
	"time"
)

// ToProgram writes arguments as the program of an executable kind reads them: JSON with every argument, a duration as
// seconds, a size as bytes. Texts with secrets are opened by open; where it is nil, {"secrets": [NAME, …]} stands there.
func ToProgram(v any, open func(Sealed) (string, error)) (json.RawMessage, error) {
	w := programWriter{open: open}
	raw, err := json.Marshal(w.value(reflect.ValueOf(v)))
	return raw, cmp.Or(w.err, err)
}

type programWriter struct {
	open func(Sealed) (string, error)
	err  error // the first secret that could not be had
}

func (w *programWriter) value(v reflect.Value) any {
	switch {
	case v.Kind() == reflect.Pointer:
		return w.value(v.Elem())
	case v.Type() == sealedType:
		return w.sealed(v.Interface().(Sealed))
	case v.Type() == durationType:
		return time.Duration(v.Int()).Seconds()
	case v.Kind() == reflect.Slice:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = w.value(v.Index(i))
		}
		return out
	case v.Kind() == reflect.Map:
		out := make(map[string]any, v.Len())
		for it := v.MapRange(); it.Next(); {
			out[it.Key().String()] = w.value(it.Value())
		}
		return out
	case v.Kind() == reflect.Struct:
		out := map[string]any{}
		for _, f := range fieldsOf(v.Type()) {
			out[f.name] = w.value(v.FieldByIndex(f.index))
		}
		return out
	}
	return v.Interface()
}

func (w *programWriter) sealed(s Sealed) any {
	if names := s.Secrets(); w.open == nil && len(names) > 0 {
		return map[string][]string{"secrets": names}
	}
	if w.open == nil {
		return s.String()
	}
	text, err := w.open(s)
	w.err = cmp.Or(w.err, err)
	return text
}
