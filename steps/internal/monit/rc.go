package monit

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"tidemark/engine"
)

// rcPath is Debian's place of monit's configuration.
const rcPath = "/etc/monit/monitrc"

// rc is what monit's configuration tells and its status does not.
type rc struct {
	user, password string
	pidFiles       map[string]string
	groups         map[string][]string
}

// token is a quoted text, a word, or a comment.
var token = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"[^"\n]*"|'[^'\n]*'|#[^\n]*|[^\s"'#]+`) })

// readRC reads monitrc and the files it includes. Without it there is no login, and the text has to do.
func readRC(a engine.Asker) (rc, error) {
	r := rc{pidFiles: map[string]string{}, groups: map[string][]string{}}
	words, err := rcWords(a, rcPath, 0)
	if err != nil {
		return r, engine.Failf(engine.ClassIO, "monit's configuration: %w", err)
	}
	r.read(words)
	return r, nil
}

// rcWords lists the words of a file with its includes in place; includes do not nest deeper than three.
func rcWords(a engine.Asker, path string, depth int) ([]string, error) {
	data, err := os.ReadFile(a.Path(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []string
	include := false
	for _, t := range token().FindAll(bytes.ToValidUTF8(data, []byte("?")), -1) {
		word := string(t)
		switch {
		case word[0] == '#':
		case include && depth < 3:
			more, err := included(a, unquote(word), depth)
			if err != nil {
				return nil, err
			}
			out, include = append(out, more...), false
		case strings.EqualFold(word, "include"):
			include = true
		default:
			out = append(out, word)
		}
	}
	return out, nil
}

func included(a engine.Asker, pattern string, depth int) ([]string, error) {
	files, err := filepath.Glob(a.Path(pattern))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || !info.Mode().IsRegular() {
			continue // monit skips what is no file, too
		}
		rel, err := filepath.Rel(a.Path("/"), f)
		if err != nil {
			return nil, err
		}
		words, err := rcWords(a, "/"+rel, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, words...)
	}
	return out, nil
}

func (r *rc) read(words []string) {
	service, httpd := "", false
	for i, w := range words {
		next := func(n int) string {
			if i+n < len(words) {
				return unquote(words[i+n])
			}
			return ""
		}
		switch strings.ToLower(w) {
		case "check":
			service, httpd = next(2), false
		case "set":
			service, httpd = "", strings.EqualFold(next(1), "httpd")
		case "pidfile":
			if service != "" {
				r.pidFiles[service] = next(1)
			}
		case "group":
			if service != "" {
				r.groups[service] = append(r.groups[service], next(1))
			}
		case "allow":
			if httpd {
				r.login(next(1), next(2), next(3))
			}
		}
	}
}

// login takes the first user of `allow user:password`; one that may only read is enough. What is quoted is a word of
// its own, before and after the colon.
func (r *rc) login(word, second, third string) {
	if strings.HasPrefix(second, ":") {
		word, second = word+second, third
	}
	user, password, ok := strings.Cut(word, ":")
	if !ok || r.user != "" || user == "" || strings.ContainsAny(user, "/@") || strings.Contains(password, ":") {
		return // a host, a network, a group, an address
	}
	if password == "" {
		password = second
	}
	r.user, r.password = user, password
}

// complete adds groups and pid files to the services.
func (r *rc) complete(services []Service) []Service {
	for i := range services {
		s := &services[i]
		s.Groups, s.PIDFile = slices.Clone(r.groups[s.Name]), r.pidFiles[s.Name]
	}
	return services
}

func unquote(w string) string {
	if len(w) >= 2 && (w[0] == '"' || w[0] == '\'') && w[len(w)-1] == w[0] {
		return w[1 : len(w)-1]
	}
	return w
}
