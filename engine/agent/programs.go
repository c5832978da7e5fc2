package agent

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tidemark/engine"
	"tidemark/engine/external"
)

// programs is where a node keeps the programs of executable kinds: a private directory for each, named by its hash,
// with its manifest and its files.
type programs struct {
	durable
	dir string
}

// What is kept: a program unused for as long as receipts are kept goes, and of more than so many the ones unused the
// longest, but none that a task of the last two days may still be running. The plan of a run brings it again. Runs see to it.
const (
	keptPrograms = 64
	sparedFor    = 48 * time.Hour
)

func (s store) programs() programs { return programs{s.durable, filepath.Join(s.dir, "programs")} }

func (ps programs) files(hash string) string { return filepath.Join(ps.dir, hash, "files") }

// Keep stores programs and tells which of the hashes this node does not have whole. A plan does that, too, and says so; what
// is old stays until a run locks the node.
func (a *Agent) Keep(_ context.Context, r engine.KeepRequest) (reply engine.KeepReply, err error) {
	ps := a.store.programs()
	err = a.exclusive(func() error {
		for _, p := range r.Programs {
			if err := ps.keep(p); err != nil {
				return err
			}
		}
		for _, hash := range r.Hashes {
			if _, err := ps.load(hash); err != nil {
				reply.Missing = append(reply.Missing, hash)
				continue
			}
			now := time.Now()
			_ = os.Chtimes(filepath.Join(ps.dir, hash), now, now) // it only makes it younger
		}
		return nil
	})
	return reply, err
}

// keep writes a program beside the others and gives it its name at the end. What stood under that name and is not the
// program goes.
func (ps programs) keep(p engine.Program) error {
	if err := p.Check(); err != nil {
		return err
	}
	if _, err := external.Kind(p); err != nil {
		return err
	}
	if err := ps.mkdir(ps.dir); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(ps.dir, ".new-")
	if err != nil {
		return classed(ps.dir, err)
	}
	defer func() { _ = os.RemoveAll(tmp) }() // gone already, once it has its name
	if err := lay(p, filepath.Join(tmp, "files"), layout{dir: 0o700, exec: 0o500, plain: 0o400, gid: -1}); err != nil {
		return classed(tmp, err)
	}
	manifest := p
	manifest.Files = nil
	for _, f := range p.Files {
		manifest.Files = append(manifest.Files, engine.ProgramFile{Name: f.Name, Exec: f.Exec})
	}
	if err := ps.write(filepath.Join(tmp, "program.json"), manifest); err != nil {
		return err
	}
	to := filepath.Join(ps.dir, p.Hash())
	if err := errors.Join(os.RemoveAll(to), os.Rename(tmp, to)); err != nil {
		return classed(to, err)
	}
	return ps.settled(to)
}

// layout says with which modes and for which group files are written; group -1 is the agent's own.
type layout struct {
	dir, exec, plain fs.FileMode
	gid              int
}

// lay writes the files of a program into a new directory.
func lay(p engine.Program, dir string, l layout) error {
	for _, f := range p.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), l.dir); err != nil {
			return err
		}
		mode := l.plain
		if f.Exec {
			mode = l.exec
		}
		if err := os.WriteFile(path, f.Data, mode); err != nil {
			return err
		}
	}
	if l.gid < 0 {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, -1, l.gid))
	})
}

// load reads a program back and makes sure that it is the one of its hash, file by file and no file more.
func (ps programs) load(hash string) (engine.Program, error) {
	var p engine.Program
	if raw, err := hex.DecodeString(hash); err != nil || len(raw) != 32 {
		return p, engine.Failf(engine.ClassPrecondition, "program %q: not a hash", hash)
	}
	if err := read(filepath.Join(ps.dir, hash, "program.json"), &p); err != nil {
		return p, engine.WithNext(engine.Failf(engine.ClassPrecondition, "this node does not have the program %.12s: %w", hash, err), "the run sends it again when it goes on")
	}
	dir := ps.files(hash)
	found, err := ProgramFiles(os.DirFS(dir))
	if err == nil {
		p.Files = found
		err = p.Check()
	}
	if err != nil || p.Hash() != hash {
		return p, engine.WithNext(errors.Join(engine.Failf(engine.ClassPrecondition, "the program of kind %s on this node is not what was sent: somebody changed %s", p.Name, dir), err),
			"find out who changed it; the run sends it again when it goes on")
	}
	return p, nil
}

// prune removes what was not used for long.
func (ps programs) prune(now time.Time) error {
	entries, err := os.ReadDir(ps.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var all []fs.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			all = append(all, info)
		}
	}
	slices.SortFunc(all, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	for i, info := range all {
		age := now.Sub(info.ModTime())
		if age > keepReceipts || (i >= keptPrograms && age > sparedFor) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(ps.dir, info.Name())))
		}
	}
	return err
}

// kindsOf adds the kinds of the programs with these hashes, as this node keeps them.
func (ps programs) kindsOf(built *engine.Kinds, hashes ...string) (*engine.Kinds, error) {
	var all []engine.Program
	for i, hash := range hashes {
		if hash == "" || slices.Contains(hashes[:i], hash) {
			continue
		}
		p, err := ps.load(hash)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		return built, nil
	}
	return external.Kinds(built, all...)
}
