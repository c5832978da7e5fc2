package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"tidemark/engine"
	"tidemark/schema"
)

// secretTime bounds the command that prints a secret.
const secretTime = 30 * time.Second

// Secrets reads the secrets of a site that lie on the controller. What was read is kept in memory until the process
// ends, so that forty nodes do not ask a vault forty times.
type Secrets struct {
	Site *schema.Site

	mu    sync.Mutex
	known map[string][]byte
}

// Read gives the value of a secret; its errors are of class precondition and never repeat what a program printed.
func (s *Secrets) Read(ctx context.Context, name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if value, ok := s.known[name]; ok {
		return value, nil
	}
	value, err := s.read(ctx, s.Site.Secrets[name])
	if err != nil {
		return nil, engine.Fail(engine.ClassPrecondition, fmt.Errorf("secret %q: %w", name, err))
	}
	if s.known == nil {
		s.known = map[string][]byte{}
	}
	s.known[name] = value
	return value, nil
}

func (s *Secrets) read(ctx context.Context, from schema.Secret) ([]byte, error) {
	if len(from.Command) > 0 {
		return printed(ctx, from.Command)
	}
	return variable(from.Env)
}

// Missing is why the secret cannot be had, as far as that is known without a question to a program or a node: a variable
// of the controller is set or it is not.
func (s *Secrets) Missing(name string) error {
	from := s.Site.Secrets[name]
	if from.Env == "" {
		return nil
	}
	value, err := variable(from.Env)
	if err != nil {
		return engine.Fail(engine.ClassPrecondition, fmt.Errorf("secret %q: %w", name, err))
	}
	return engine.CheckSecret(name, value)
}

func variable(name string) ([]byte, error) {
	value, ok := os.LookupEnv(name)
	if !ok {
		return nil, engine.WithNext(fmt.Errorf("the variable %s is not set here", name), "export "+name+", then go on")
	}
	return cutLine([]byte(value)), nil
}

// printed is what a program prints: no shell, nothing to read, half a minute. Its standard error is the operator's to
// see when he runs it by hand; here it is dropped, since it may hold what must not be kept.
func printed(ctx context.Context, argv []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, secretTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	out := &limited{left: maxOutput}
	cmd.Stdout, cmd.WaitDelay = out, 2*time.Second
	err := cmd.Run()
	switch exit := (*exec.ExitError)(nil); {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s: no end within %s", argv[0], secretTime)
	case errors.As(err, &exit):
		return nil, engine.WithNext(fmt.Errorf("%s: %s", argv[0], exit.ProcessState), "run it by hand to see what it says")
	case err != nil:
		return nil, err
	}
	return cutLine(bytes.Clone(out.Bytes())), nil
}
