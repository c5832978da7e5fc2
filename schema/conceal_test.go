package schema_test

import (
	"strings"
	"testing"

	"tidemark/schema"
)

// quoted are the lines of a text as a diagnostic at each of them quotes them.
func quoted(text string) string {
	var out strings.Builder
	for i := range strings.Split(text, "\n") {
		ds := schema.Diagnostics{{Pos: schema.Pos{File: "a", Line: i + 1, Col: 1}, Width: 1}}
		line := strings.Split(ds.Render(schema.Source{Name: "a", Data: []byte(text)}), "\n")[1]
		out.WriteString(line[len("    1 | "):] + "\n")
	}
	return out.String()
}

// Whatever is wrong with a text, no line of it shows a secret; here they begin
// with `hunter`. What is none stays.
func TestNoQuotedLineShowsASecret(t *testing.T) {
	for _, text := range []string{
		"password: hunter2", "db-password:  'hunter2'", `"API_KEY": "hunter2"`, "password:hunter2", "password hunter2", "- token: hunter2 # why",
		"password: !!str hunter2", "password: &p hunter2", "password: \"hunter2 and\n  hunter3\"", "password: hunter2\n   hunter3",
		"password: |\n  hunter2\n\n  pass: hunter3", "password: >-\n hunter2", "password:\n  hunter2", "password:\n- hunter2\n- hunter3", "password: [hunter2, hunter3]",
		"credentials: [\n  hunter2,\n  hunter3 ]",
		"vars: {a: b, password: hunter2, c: d}", "vars: {password: 'hunter2", "a: {b: {passwd: hunter2", "inputs: {password: {default: hunter2}}",
		"password:\n  type: string\n  default: hunter2",
		"argv: [x, --password, hunter2]", "argv: [x, '--password=hunter2'", "- --password\n- hunter2", `- "--token",` + "\n" + `"hunter2"`,
		"- {set: vars.db_password, to: hunter2, was: hunter3}", "- set: inputs.token.default\n  to: hunter2\n- set: title\n  to: x",
		"url: mysql://root:hunter2@db/x and http://a:hunter3@b", "a: b: c\n-----BEGIN PRIVATE KEY-----\nhunter2\n  hunter3\n-----END PRIVATE KEY-----\n",
	} {
		if got := quoted(text); strings.Contains(got, "hunter") {
			t.Errorf("%q is quoted as\n%s", text, got)
		}
	}
	for _, text := range []string{
		"password: ${{ secrets.db }}", "password: /etc/secret", "password: {type: secret, default: db}", "password:\n  type: secret\n  default: db",
		"password:\n  - a: b\nuser: root", "secrets: {db_password: {node-file: /etc/x}}", "when: inputs.password == 'x'", "a: ${{ inputs.token ? 'x' : 'y' }}",
		"- set: vars.db_password\n- set: title\n  to: x", "initial_token: -92, 7", "password: null", "password: *p", "argv: [x, --password]", "help: the password of the user", "title: Tokens, keys and more",
		"a: 1\npassword:\nuser: root", "url: http://host:80/a@b",
	} {
		if got := quoted(text); strings.TrimSuffix(got, "\n") != text {
			t.Errorf("%q is quoted as\n%s", text, got)
		}
	}
}

// A value goes on in deeper lines; what stands beside its name is seen.
func TestOnlyTheSecretIsHidden(t *testing.T) {
	const text = "  - user: root\n    password: hunter2\n      more\n    pace: 2s # x"
	const want = "  - user: root\n    password: •••••••\n      ••••\n    pace: 2s # x\n"
	if got := quoted(text); got != want {
		t.Errorf("%s", got)
	}
}
