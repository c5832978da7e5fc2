package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"
)

// maxPlain is the size a foreign YAML file may have, in bytes.
const maxPlain = 1 << 20

// Plain reads a foreign YAML file (such as cassandra.yaml) into plain values. It knows nothing of its shape: one
// document that is a mapping, at most 1 MiB; an empty one is an empty map. Duplicate keys are an error.
func Plain(data []byte) (map[string]any, error) {
	if len(data) > maxPlain {
		return nil, fmt.Errorf("%d bytes, more than %d are not read", len(data), maxPlain)
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	out := map[string]any{}
	if err := d.Decode(&out); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one document")
	}
	return out, nil
}
