package files

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/backup"
	"tidemark/steps/internal/argument"
)

// Scp is the kind scp.
func Scp() engine.Kind {
	return engine.Kind{
		Name: "scp",
		Doc: "Copies a file or a directory tree between nodes, through the controller. The task runs where the files arrive; they come over " +
			"sessions of their own, and each is compared by sha256. What is there already with the right sha256 is not sent again, a " +
			"file that came in part is continued, and after a lost connection or a killed controller the copy goes on. A new directory " +
			"has another name until it is whole. Files that are there and differ are refused, unless `replace: true`; surplus ones stay. " +
			"Modes are kept without setuid and setgid; the owner is the agent's, or as given. Symlinks are neither followed nor copied.",
		Example: "id: fetch\nscp: {from: controller, source: /var/lib/tidemark/copies/a, target: /var/lib/tidemark/backups/a}",
		Redo:    engine.Idempotent,
		Risk:    engine.Overwrites,
		New:     func() engine.Step { return &scp{} },
		Out:     ScpOut{},
		Version: 2,
	}
}

// ScpOut is what was copied. Sent went over the wire; the rest was there already.
type ScpOut struct {
	Target string `json:"target" help:"absolute path of what arrived"`
	Files  int64  `json:"files" help:"how many files it has"`
	Bytes  int64  `json:"bytes" help:"their size in bytes"`
	Sent   int64  `json:"sent" help:"bytes that were sent now; the rest was there already"`
}

type scp struct {
	From    string      `json:"from" names:"nodes" help:"node that has the source, or controller; left out: the stage's node"`
	To      string      `json:"to" names:"nodes" help:"node that gets it, or controller; left out: the stage's node"`
	Source  string      `json:"source" help:"absolute path of the file or directory" required:"true"`
	Target  string      `json:"target" help:"absolute path that it shall have; missing directories on the way are made" required:"true"`
	Owner   string      `json:"owner" help:"user that owns what arrives, by name or number"`
	Group   string      `json:"group" help:"group of what arrives, by name or number"`
	Mode    schema.Mode `json:"mode" help:"permission bits of the files that arrive; left out: the source's"`
	Replace bool        `json:"replace" help:"replace files that are there and differ"`
	Backup  string      `json:"backup" help:"the source is the directory of the backup with this id: compared with its manifest before it counts, without the notes about its machine: verified, in use, snapshot left"`
	Saved   string      `json:"saved_by" help:"with backup: the node that saved it; left out: any"`
}

// Check refuses paths that name no single place, and a copy from a node to itself.
func (s *scp) Check() error {
	errs := []error{argument.Path("source", s.Source), argument.Path("target", s.Target)}
	if s.From == s.To {
		errs = append(errs, schema.WrongArgs([]string{"to", "from"}, "from and to are the same node: name one of them, the stage's node is the other"))
	}
	if isSystem(s.Target) {
		errs = append(errs, schema.WrongArg("target", "target %s holds the system together", show(s.Target)))
	}
	return errors.Join(append(errs, s.checkBackup())...)
}

// Bridge is between which nodes the bytes flow.
func (s *scp) Bridge(node string) engine.Bridge {
	b := engine.Bridge{From: s.From, To: s.To, Source: s.Source}
	if b.From == "" {
		b.From = node
	}
	if b.To == "" {
		b.To = node
	}
	return b
}

// AtMost is the highest risk that this step can have: what is there and differs is kept, unless replace says otherwise.
func (s *scp) AtMost(late []string) (engine.Risk, string) {
	return engine.OverwritesIf("replace", s.Replace, engine.Harmless, late)
}

// Plan looks at the target; the source is another machine's, so what it holds is not known here. Just before Apply the sign
// is always that of work to do: it is all that both an approved + and an approved ? allow, and a copy that was broken off
// behind its last file still has to look at each of them.
func (s *scp) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{
		Sign: engine.Creates, Summary: fmt.Sprintf("copy %s to %s", s.origin(), s.destination()),
		Unknown: []string{"whether " + s.origin() + " is there, and what it holds: only the machine that gets the copy is asked"},
		Will:    []engine.Fact{willBe(s.Target, present)},
	}
	c.Risk, _ = s.AtMost(nil)
	if _, err := newWish(v, s.Owner, s.Group, s.Mode); err != nil {
		return c, err
	}
	at, err := look(v, s.Target)
	if err != nil {
		return c, err
	}
	if at.kind != absent {
		if err := s.meets(v, at, &c); err != nil {
			return c, err
		}
	}
	if v.Actual {
		c.Sign = engine.Creates
	}
	if s.Backup != "" {
		c.Will = append(c.Will, engine.Fact{Key: backup.FactOf(s.Backup), Value: backup.Saved})
	}
	return c, nil
}

func (s *scp) origin() string {
	if s.From == "" {
		return show(s.Source) + " of the node"
	}
	return s.From + ":" + show(s.Source)
}

func (s *scp) destination() string {
	if s.To == "" {
		return show(s.Target)
	}
	return s.To + ":" + show(s.Target)
}

// Apply waits for the stream that the controller brings and stores it.
func (s *scp) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	w, err := newWish(h, s.Owner, s.Group, s.Mode)
	if err != nil {
		return engine.Output{}, err
	}
	o := engine.CopyOrder{Target: s.Target, Origin: s.origin(), Replace: s.Replace, UID: w.uid, GID: w.gid, Mode: uint32(w.mode)}
	if s.Backup != "" {
		o.Omit = backup.IsNote
		o.Check = func(dir string) error { return s.verify(ctx, h, dir) }
	}
	done, err := h.Copy(ctx, o)
	out := ScpOut{Target: s.Target, Files: done.Files, Bytes: done.Bytes, Sent: done.Sent}
	if err != nil {
		return engine.Output{}, err
	}
	return engine.Output{Value: out, Note: fmt.Sprintf("%s, %s in %s, equal by sha256; %s sent now", engine.Count(int(out.Files), "file"), engine.Bytes(out.Bytes), s.destination(), engine.Bytes(out.Sent))}, nil
}

// Probe looks whether the target is there, and the backup in it whole.
func (s *scp) Probe(_ context.Context, v *engine.View, key string) (string, error) {
	if key == backup.FactOf(s.Backup) {
		if m, err := backup.OpenIn(v.Path(s.Target), backup.Cassandra); err != nil || m.Backup != s.Backup {
			return absent, nil //nolint:nilerr // not there as promised: the copy is made again
		}
		return backup.Saved, nil
	}
	p, ok := strings.CutPrefix(key, factPath(""))
	if !ok {
		return "", errors.New("scp does not know the fact " + key)
	}
	at, err := look(v, p)
	if err == nil && at.kind != absent {
		return present, nil
	}
	return at.kind, err
}
