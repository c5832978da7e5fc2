package command

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"tidemark/engine"
	"tidemark/schema"
)

// The system's own bounds and ours.
const (
	maxArg    = 128<<10 - 1 // bytes of one argument, without its NUL (Linux: MAX_ARG_STRLEN)
	maxOutput = 1 << 20     // bytes of each output that a receipt may carry
)

// Check refuses what no program can be given, and rules that contradict each other.
func (r *run) Check() error {
	if err := checkArgv("argv", r.Argv); err != nil {
		return err
	}
	if r.Test != nil {
		if err := checkArgv("check", r.Test); err != nil {
			return err
		}
	}
	for key, p := range map[string]string{"dir": r.Dir, "creates": r.Creates} {
		if p != "" && (!path.IsAbs(p) || path.Clean(p) != p || strings.ContainsRune(p, 0)) {
			return fmt.Errorf("%s %q is no plain absolute path", key, p)
		}
	}
	for _, name := range names(r.Env) {
		if err := checkEnv(name, r.Env[name].String()); err != nil {
			return err
		}
	}
	return r.checkRules()
}

func checkArgv(key string, argv []string) error {
	if len(argv) == 0 || argv[0] == "" {
		return fmt.Errorf("%s needs at least the program's name", key)
	}
	if strings.Contains(argv[0], "/") && !path.IsAbs(argv[0]) {
		return fmt.Errorf("%s: the program %q: write its absolute path, or its name alone", key, argv[0])
	}
	for i, a := range argv {
		if strings.ContainsRune(a, 0) {
			return fmt.Errorf("%s: argument %d holds a NUL byte: no program can be given one", key, i)
		}
		if len(a) > maxArg {
			return fmt.Errorf("%s: argument %d has %d bytes, the system takes %d: hand it over by stdin or a file", key, i, len(a), maxArg)
		}
	}
	return nil
}

func checkEnv(name, value string) error {
	switch {
	case name == "" || strings.ContainsAny(name, "=\x00"):
		return fmt.Errorf("env: %q is no name of a variable", name)
	case strings.ContainsRune(value, 0):
		return fmt.Errorf("env: the value of %s holds a NUL byte", name)
	case len(name)+1+len(value) > maxArg:
		return fmt.Errorf("env: %s has %d bytes, the system takes %d", name, len(value), maxArg)
	}
	return nil
}

func (r *run) checkRules() error {
	looks := r.Creates != "" || len(r.Test) > 0
	switch rule := engine.Redo(r.Rule); {
	case !slices.Contains([]engine.Redo{"", engine.Pure, engine.Idempotent, engine.Checked, engine.Manual}, rule):
		return fmt.Errorf("redo %q is not pure, idempotent, checked or manual", r.Rule)
	case rule == engine.Checked && !looks:
		return errors.New("redo: checked needs something to look at: creates or check")
	case rule == engine.Pure && (looks || r.Destroys || r.Daemon):
		return errors.New("redo: pure says that the command changes nothing; creates, check, destroys and daemon say otherwise")
	}
	if r.Output < 0 || r.Output > maxOutput {
		return fmt.Errorf("output %s: at most 1MiB is kept; let the program write more to a file", r.Output)
	}
	for _, code := range r.OK {
		if code < 0 || code > 255 {
			return fmt.Errorf("ok: %d is no exit status (0 to 255)", code)
		}
	}
	return nil
}

func names(env map[string]schema.Sealed) []string { return slices.Sorted(maps.Keys(env)) }

// maxShown bounds what a message repeats of a command; Change.Argv has all of it.
const maxShown = 300

// shown writes arguments for people: one that is not plain is quoted. It is never read back, least of all by a shell.
func shown(argv []string) string {
	out := make([]string, len(argv))
	for i, a := range argv {
		if out[i] = a; a == "" || strconv.Quote(a) != `"`+a+`"` || strings.ContainsAny(a, " '") {
			out[i] = strconv.Quote(a)
		}
	}
	line := []rune(strings.Join(out, " "))
	if len(line) > maxShown {
		return string(line[:maxShown]) + "…"
	}
	return string(line)
}
