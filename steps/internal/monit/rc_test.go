package monit

import (
	"os"
	"path/filepath"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

func rcOf(t *testing.T, text string) rc {
	t.Helper()
	g := &enginetest.Ground{Dir: t.TempDir()}
	path := filepath.Join(g.Dir, rcPath)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := readRC(engine.NewView(&engine.Kind{}, g, engine.NewFacts(nil), "run", "vellum-1"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLogin(t *testing.T) {
	for text, want := range map[string][2]string{
		"set httpd port 2812 and\n use address localhost\n allow localhost\n allow admin:monit\n":   {"admin", "monit"},
		"set httpd port 2812 allow 'admin':'two words'\n":                                           {"admin", "two words"},
		"set httpd port 2812 allow admin:\"monit\" read-only\n":                                     {"admin", "monit"},
		"set httpd port 2812\n # allow old:secret\n allow 10.0.0.0/8\n allow fd00::1\n allow @op\n": {"", ""},
		"set mailserver smtp allow me:you\nset httpd port 2812 allow a:b\n":                         {"a", "b"},
		"set httpd port 2812\nset mmonit http://x:y@host allow no:no\n":                             {"", ""},
		"": {"", ""},
	} {
		if r := rcOf(t, text); r.user != want[0] || r.password != want[1] {
			t.Errorf("%q: %q %q", text, r.user, r.password)
		}
	}
}

func TestIncludeOfItselfEnds(t *testing.T) {
	r := rcOf(t, "include /etc/monit/monitrc\ncheck process a with pidfile /run/a.pid group g group h\ncheck program b with path /bin/b\n")
	if r.pidFiles["a"] != "/run/a.pid" || r.groups["a"][0] != "g" || r.groups["a"][1] != "h" || r.pidFiles["b"] != "" || r.groups["b"] != nil {
		t.Errorf("%+v", r)
	}
}

func TestServicesOutsideASCIIComeOutAsUTF8(t *testing.T) {
	s, err := parseXML([]byte("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><monit><service type=\"3\"><name>caf\xe9</name></service></monit>"))
	if err != nil || s[0].Name != "café" {
		t.Errorf("%+v, %v", s, err)
	}
}
