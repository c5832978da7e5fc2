package editor

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// message is one of JSON-RPC: a request, an answer or a notification.
type message struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params any             `json:"params,omitempty"`
	Result any             `json:"result,omitempty"`
}

// heard is a message with its parts still to be read.
type heard struct {
	ID             json.RawMessage
	Method         string
	Params, Result json.RawMessage
	Error          *struct{ Message string }
}

// server is a running language server; its zero of settings is the server's own, without the store of schemas.
type server struct {
	t     *testing.T
	in    io.Writer
	out   *bufio.Reader
	calls int
}

// start runs the server that install.sh has put into the cache.
func start(t *testing.T) *server {
	t.Helper()
	where, err := exec.CommandContext(t.Context(), "./install.sh", "--where").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := strings.TrimSpace(string(where))
	if _, err := os.Stat(filepath.Join(dir, "complete")); err != nil {
		t.Fatalf("%v: run testdata/editor/install.sh", err)
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(dir, "node_modules/yaml-language-server/bin/yaml-language-server"), "--stdio")
	cmd.Stderr = os.Stderr
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil || errIn != nil || errOut != nil {
		t.Fatal(err, errIn, errOut)
	}
	t.Cleanup(func() { _ = cmd.Wait() })
	s := &server{t: t, in: in, out: bufio.NewReader(out)}
	s.call("initialize", map[string]any{"processId": nil, "rootUri": nil, "capabilities": map[string]any{
		"workspace": map[string]any{"configuration": true},
		"textDocument": map[string]any{
			"completion": map[string]any{"completionItem": map[string]any{"snippetSupport": true}},
			"hover":      map[string]any{"contentFormat": []string{"markdown"}},
		},
	}}, nil)
	s.send(message{Method: "initialized", Params: struct{}{}})
	return s
}

func (s *server) send(m message) {
	s.t.Helper()
	body, err := json.Marshal(struct {
		Version string `json:"jsonrpc"`
		message
	}{"2.0", m})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(s.in, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) hear() heard {
	s.t.Helper()
	header, err := textproto.NewReader(s.out).ReadMIMEHeader()
	if err != nil {
		s.t.Fatal("the server has gone: ", err)
	}
	n, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil {
		s.t.Fatal(err)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(s.out, body); err != nil {
		s.t.Fatal(err)
	}
	var m heard
	if err := json.Unmarshal(body, &m); err != nil {
		s.t.Fatal(err)
	}
	return m
}

// until answers what the server asks meanwhile.
func (s *server) until(found func(heard) bool) heard {
	s.t.Helper()
	for {
		m := s.hear()
		switch {
		case found(m):
			return m
		case m.Method == "workspace/configuration":
			s.send(message{ID: m.ID, Result: s.settings(m.Params)})
		case m.Method != "" && m.ID != nil:
			s.send(message{ID: m.ID, Result: json.RawMessage("null")})
		}
	}
}

// settings are the answers to each section that is asked for: no store of schemas, so that nothing is fetched.
func (s *server) settings(params json.RawMessage) []any {
	var asked struct{ Items []struct{ Section string } }
	if err := json.Unmarshal(params, &asked); err != nil {
		s.t.Fatal(err)
	}
	out := make([]any, len(asked.Items))
	for i, item := range asked.Items {
		if item.Section == "yaml" {
			out[i] = map[string]any{
				"validate": true, "hover": true, "completion": true, "schemaStore": map[string]any{"enable": false},
			}
		}
	}
	return out
}

// call asks and reads the answer into result, unless that is nil.
func (s *server) call(method string, params, result any) {
	s.t.Helper()
	s.calls++
	id := json.RawMessage(strconv.Itoa(s.calls))
	s.send(message{ID: id, Method: method, Params: params})
	m := s.until(func(m heard) bool { return m.Method == "" && bytes.Equal(m.ID, id) })
	if m.Error != nil {
		s.t.Fatalf("%s: %s", method, m.Error.Message)
	}
	if result == nil {
		return
	}
	if err := json.Unmarshal(m.Result, result); err != nil {
		s.t.Fatal(err)
	}
}
