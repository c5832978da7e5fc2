// Package link keeps live connections to the agents of nodes, over the operator's OpenSSH client or to a child
// process on this machine. A connection is made at the first call, brings the agent's binary where it is missing,
// is redialled when it dies, and is given up after Options.GiveUp. Host-key checking is always the operator's own.
package link
