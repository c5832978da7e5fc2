package link

import (
	"sync"
	"time"
)

// Options configure all connections of one controller.
type Options struct {
	// Build is the build of this controller; an agent of another build is refused.
	Build string
	// Self is the path of our own binary, started locally and sent to nodes of the same architecture; default
	// is the running program, also where its file was replaced meanwhile.
	Self string
	// AgentDir has binaries for other architectures: <dir>/tidemark-linux-arm64.
	AgentDir string
	// Interactive: a terminal is there. Nodes that refuse a silent login are asked again with prompts, one at a
	// time, ssh reading the terminal itself.
	Interactive bool
	// Notify is told when a connection that stood was lost (up false, with the cause) and when it stands again.
	// It is called in order for each node and must not call the Node.
	Notify func(node string, up bool, err error)
	// Handshakes is how many logins may be under way at once over all nodes; default 8, below sshd's
	// MaxStartups 10:30:100.
	Handshakes int
	// GiveUp is how long a lost connection is redialled; default 10 minutes. A node that was never reached is
	// not redialled at all.
	GiveUp time.Duration
	// Connect bounds one login up to the agent's first line; default 30 seconds, 5 minutes with prompts.
	Connect time.Duration
	// SSH is the client program; default "ssh".
	SSH string
}

// Dialer makes connections that share the limit on logins, the prompts and the binary to send.
type Dialer struct {
	o       Options
	logins  chan struct{} // a slot per login under way
	uploads chan struct{} // a slot per upload under way
	prompts sync.Mutex    // held while ssh may ask the operator
	own     func() (binary, error)
	times   timing
	// root is where a node keeps sent binaries when the agent runs as root, home where it does not (as its shell
	// reads it); pkg is the installed package.
	root, home, pkg string
}

// timing holds the waits of a connection; tests shorten them.
type timing struct {
	ping, pong time.Duration // silence before a ping; wait for its answer
	first, max time.Duration // backoff between attempts
	grace      time.Duration // between closing the agent's input and killing its transport
	quick      time.Duration // a session that died younger than this served nobody
}

// NewDialer fills in the defaults.
func NewDialer(o Options) *Dialer {
	o.Handshakes = orInt(o.Handshakes, 8)
	o.GiveUp = orTime(o.GiveUp, 10*time.Minute)
	o.Connect = orTime(o.Connect, 30*time.Second)
	if o.Notify == nil {
		o.Notify = func(string, bool, error) {}
	}
	if o.SSH == "" {
		o.SSH = "ssh"
	}
	d := &Dialer{
		o:       o,
		logins:  make(chan struct{}, o.Handshakes),
		uploads: make(chan struct{}, o.Handshakes),
		root:    "/var/lib/tidemark",
		home:    "$HOME/.local/state/tidemark",
		pkg:     "/usr/bin/tidemark",
		times: timing{
			ping: 5 * time.Second, pong: 10 * time.Second,
			first: 500 * time.Millisecond, max: 5 * time.Second,
			grace: 2 * time.Second, quick: 15 * time.Second,
		},
	}
	d.own = sync.OnceValues(func() (binary, error) { return digest(self(o.Self)) })
	return d
}

// Node is the connection to one node; nothing happens before its first call.
func (d *Dialer) Node(t Target) *Node { return &Node{d: d, t: t} }

func orInt(v, otherwise int) int {
	if v > 0 {
		return v
	}
	return otherwise
}

func orTime(v, otherwise time.Duration) time.Duration {
	if v > 0 {
		return v
	}
	return otherwise
}
