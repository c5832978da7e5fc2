package link

import (
	"net/url"
	"regexp"
	"strings"

	"tidemark/engine"
)

// Target is how to reach one node, from the site file.
type Target struct {
	// Name is the node's name, Address the ssh destination (host, user@host or an alias of the ssh
	// configuration); default is the name.
	Name, Address string
	// Connection is "ssh" or "local"; default ssh.
	Connection string
	// Become is "" (as who logs in) or "root".
	Become string
	// Netns is Cassandra's network namespace on the node.
	Netns string
	// SSHConfig is an ssh configuration file; "" is the operator's own.
	SSHConfig string
	// StateDir is the node state of local agents; "" is the agent's default.
	StateDir string
}

func (t Target) local() bool { return t.Connection == "local" }

func (t Target) destination() string {
	if t.Address != "" {
		return t.Address
	}
	return t.Name
}

// place is where a person looks for the node: ssh's URL in words.
func (t Target) place() string {
	u, err := url.Parse(t.destination())
	switch {
	case err != nil || u.Scheme != "ssh":
		return t.destination()
	case u.Port() == "":
		return u.Hostname()
	}
	return u.Hostname() + ", port " + u.Port()
}

// check refuses what may not stand in a script or would be read as an option of ssh.
func (t Target) check(build string) error {
	var (
		name  = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*$`)
		words = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]*$`)
		host  = regexp.MustCompile(`^[^-\s][^\s'"]*$`)
	)
	switch {
	case !name.MatchString(t.Name):
		return engine.Failf(engine.ClassPrecondition, "node name %q: only a-z, 0-9, dot and hyphen", t.Name)
	case t.Connection != "" && t.Connection != "ssh" && t.Connection != "local":
		return engine.Failf(engine.ClassPrecondition, "%s: connection %q: it is ssh or local", t.Name, t.Connection)
	case t.Become != "" && t.Become != "root":
		return engine.Failf(engine.ClassPrecondition, "%s: become %q: it is root or absent", t.Name, t.Become)
	case t.Netns != "" && !words.MatchString(t.Netns):
		return engine.Failf(engine.ClassPrecondition, "%s: netns %q is not the name of a namespace", t.Name, t.Netns)
	case !host.MatchString(t.destination()):
		return engine.Failf(engine.ClassPrecondition, "%s: address %q is not a host", t.Name, t.Address)
	case !words.MatchString(build):
		return engine.Failf(engine.ClassPrecondition, "%s: build %q of this controller cannot be asked for", t.Name, build)
	}
	return nil
}

// agentArgs are the agent's arguments after its program, the same locally and over ssh.
func (t Target) agentArgs(verb, marker string) []string {
	args := []string{"agent", verb, marker, "--node", t.Name}
	if t.Netns != "" {
		args = append(args, "--netns", t.Netns)
	}
	if t.local() && t.StateDir != "" {
		args = append(args, "--state", t.StateDir)
	}
	return args
}

// loginCommand is what an operator types to log in there once.
func (t Target) loginCommand() string {
	words := []string{"ssh"}
	if t.SSHConfig != "" {
		words = append(words, "-F", t.SSHConfig)
	}
	return strings.Join(append(words, t.destination()), " ")
}
