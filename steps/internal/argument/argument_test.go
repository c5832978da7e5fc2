package argument_test

import (
	"testing"

	"tidemark/steps/internal/argument"
)

func TestPathsRefused(t *testing.T) {
	for _, c := range []struct{ path, message string }{
		{"", "path is empty"},
		{"/", "path is /, the whole system"},
		{"//", "path is /, the whole system"},
		{"/./", "path is /, the whole system"},
		{"data/x", "path data/x is relative: write it from the root, like /var/lib/…"},
		{"~/x", "path ~/x is relative: write it from the root, like /var/lib/…"},
		{".", "path . is relative: write it from the root, like /var/lib/…"},
		{"/srv/../etc", "path /srv/../etc goes up (..): write the path it leads to"},
		{"/..", "path /.. goes up (..): write the path it leads to"},
		{"/srv/", "path /srv/: write it as /srv"},
		{"/srv//a", "path /srv//a: write it as /srv/a"},
		{"/srv/./a", "path /srv/./a: write it as /srv/a"},
		{"/srv/a\x00b", `path "/srv/a\x00b" holds a NUL byte`},
		{"/srv/a\n..\x1b[2J/", `path "/srv/a\n..\x1b[2J/": write it as "/srv/a\n..\x1b[2J"`},
	} {
		if err := argument.Path("path", c.path); err == nil || err.Error() != c.message {
			t.Errorf("%q: got %v, wanted %s", c.path, err, c.message)
		}
	}
	for _, p := range []string{"/a", "/srv/..a", "/srv/a b", "/srv/ü\u202e", "/srv/-rf", "/srv/$(x)", "/srv/*"} {
		if err := argument.Path("path", p); err != nil {
			t.Errorf("%q: %v", p, err)
		}
	}
}
