package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Digest pins what would be done, and with what: the texts of the runbook and the site, inputs, kinds, programs and this
// build, and each task with what its dry run found. It leaves out times, the names of files, and the run's id, which every
// plan draws anew. So two plans of the same work on the same nodes have one digest; where a comment changed they have not.
func (p *Plan) Digest() string {
	h := sha256.New()
	add := func(v any) {
		raw, _ := json.Marshal(v) // strings, numbers, and what came from JSON
		h.Write(bytes.ReplaceAll(raw, []byte(p.Run), []byte("(run id)")))
	}
	add([]any{p.Build, p.Texts.data(), p.SiteFile.Text, p.Inputs, p.Limit, p.Kinds, p.Nodes})
	p.Tasks(func(t *Task) {
		add([]any{t.ID, programOf(t.Kind, t.Program), t.Args, t.Skip, t.Change.Sign, t.Change.Risk, t.Change.Argv, t.Change.Pre})
	})
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// data are the texts without the names of their files, which depend on where one stands.
func (t Texts) data() []string {
	out := []string{t.Runbook.Text}
	for _, list := range [][]File{t.Overlays, t.Includes, t.Kinds} {
		for _, f := range list {
			out = append(out, f.Text)
		}
		out = append(out, "") // where one list ends
	}
	return out
}
