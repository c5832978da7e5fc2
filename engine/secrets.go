package engine

import (
	"context"

	"tidemark/schema"
)

// addSecrets reads what the task needs, now and not earlier: the values are in memory only, here and on the way. An
// attempt that was begun before may live or have ended, so there a failure does not count: the node refuses to start a
// task that lacks one.
func (x *Executor) addSecrets(ctx context.Context, t *Task, s *TaskSpec) error {
	s.Needs = t.Secrets
	for _, name := range t.Secrets {
		secret, err := x.secret(ctx, name)
		if err != nil {
			return err
		}
		if s.Secrets == nil {
			s.Secrets = map[string]Secret{}
		}
		s.Secrets[name] = secret
	}
	return nil
}

func (x *Executor) secret(ctx context.Context, name string) (Secret, error) {
	from, ok := x.Basis.Site.Secrets[name]
	switch {
	case !ok:
		return Secret{}, Failf(ClassPrecondition, "site %s has no secret %q", x.Basis.Site.Name, name)
	case from.NodeFile != "":
		return Secret{NodeFile: from.NodeFile}, nil
	case x.Secrets == nil:
		return Secret{}, Failf(ClassPrecondition, "secret %q: nothing here can read it", name)
	}
	value, err := x.Secrets(ctx, name)
	if err != nil {
		return Secret{}, err
	}
	return Secret{Value: value}, CheckSecret(name, value)
}

// maxSecret is the size a secret may have; masking it in what tasks print holds back as much.
const maxSecret = 64 << 10

// CheckSecret refuses values that are no secret: an empty one is a mistake where it comes from, and a large one a file.
func CheckSecret(name string, value []byte) error {
	switch {
	case len(value) == 0:
		return Failf(ClassPrecondition, "secret %q is empty", name)
	case len(value) > maxSecret:
		return Failf(ClassPrecondition, "secret %q has more than %s", name, schema.Size(maxSecret))
	}
	return nil
}
