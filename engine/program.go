package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
)

// Program is an executable kind as it travels: what it said of itself, and the files of its directory. The plan holds
// it, so that a run is carried out with what was approved; nodes keep it under its hash.
type Program struct {
	Name string `json:"name"`
	// Origin is the directory that it was read from, for messages; another place is no other program.
	Origin string `json:"origin,omitempty"`
	// Main is the file that is started.
	Main string `json:"main"`
	// Description is what it answered to describe, valid UTF-8.
	Description string `json:"description"`
	// Files are all files of the directory in the order of their names.
	Files []ProgramFile `json:"files"`
}

// ProgramFile is one file, by its slash-separated path below the kind's directory.
type ProgramFile struct {
	Name string `json:"name"`
	Exec bool   `json:"exec,omitempty"`
	Data []byte `json:"data"`
}

// The bounds of a program: its files are part of every stored plan.
const (
	MaxProgramFiles = 100
	MaxProgramBytes = 1 << 20
)

// Hash is the sha256 over all that the program is, in hex. Another file, mode or answer is another program.
func (p Program) Hash() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q\n", p.Name, p.Main, p.Description)
	for _, f := range p.Files {
		fmt.Fprintf(h, "%q %t %x\n", f.Name, f.Exec, sha256.Sum256(f.Data))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Check refuses a program that no directory can hold: a path that leads elsewhere, a name twice, too much of it.
func (p Program) Check() error {
	total, main := 0, false
	for i, f := range p.Files {
		total += len(f.Data)
		main = main || (f.Name == p.Main && f.Exec)
		if !fs.ValidPath(f.Name) || f.Name == "." || (i > 0 && p.Files[i-1].Name >= f.Name) {
			return Failf(ClassPrecondition, "program %s: file %q is no path below its directory, or out of order", p.Name, f.Name)
		}
	}
	switch {
	case !main:
		return Failf(ClassPrecondition, "program %s: %q is no executable file of it", p.Name, p.Main)
	case len(p.Files) > MaxProgramFiles || total > MaxProgramBytes:
		return Failf(ClassPrecondition, "program %s: %d files with %d bytes, at most %d with %d travel", p.Name, len(p.Files), total, MaxProgramFiles, MaxProgramBytes)
	}
	return nil
}

// The verbs that a node asks a program.
const (
	VerbPlan  = "plan"
	VerbApply = "apply"
)

// ProgramCall is one verb asked of the program behind an executable kind.
type ProgramCall struct {
	// Kind and Hash name the program; View and Host set them to those of their kind.
	Kind string
	Hash string
	Verb string
	In   []byte
	// Probes are what the program says it reads; a dry run lists them.
	Probes []string
	Space  Space
	// Line takes each line of standard output as it comes; nil keeps the output in the result.
	Line func([]byte)
	// Log takes each line of standard error.
	Log func(string)
}

// ProgramRunner is a Ground on which programs of executable kinds run. plan runs behind the fence of the dry run,
// apply with the rights of the task; a program whose files are not those of its hash does not run.
type ProgramRunner interface {
	Program(ctx context.Context, c ProgramCall) (Result, error)
}

// Program asks the program of this kind for its plan.
func (v *View) Program(ctx context.Context, c ProgramCall) (Result, error) {
	c.Verb = VerbPlan
	return v.program(ctx, c)
}

// Program has the program of this kind apply its step.
func (h *Host) Program(ctx context.Context, c ProgramCall) (Result, error) {
	c.Verb = VerbApply
	return h.program(ctx, c)
}

func (v *View) program(ctx context.Context, c ProgramCall) (Result, error) {
	c.Kind, c.Hash = v.door.kind.Name, v.door.kind.Program
	r, ok := v.ground.(ProgramRunner)
	if !ok || c.Hash == "" {
		return Result{}, Failf(ClassPrecondition, "%s: no program runs here", v.door.kind.Name)
	}
	return r.Program(ctx, c)
}

// Promises are all facts that earlier tasks of this node promised; none on actual state.
func (v *View) Promises() map[string]string {
	if v.Actual {
		return nil
	}
	return maps.Clone(v.facts.will)
}

// programOf is what digests know a kind by: its name, and the program behind it.
func programOf(kind, program string) string {
	if program == "" {
		return kind
	}
	raw, _ := json.Marshal([]string{kind, program})
	return string(raw)
}
