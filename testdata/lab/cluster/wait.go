// Package cluster asks the lab's Cassandra from the machine: does it serve,
// is the ring whole, is the schema there.
package cluster

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"tidemark/testdata/lab/host"
	"tidemark/testdata/lab/site"
)

// Say prints one line of progress.
type Say func(format string, args ...any)

// WaitSSH waits until the host's sshd greets.
func WaitSSH(h site.Host, patience time.Duration) error {
	return poll(patience, 50*time.Millisecond, h.Name+": sshd", func() error { return SSH(h) })
}

// SSH asks the host's sshd for its greeting.
func SSH(h site.Host) error {
	greeting := make([]byte, 4)
	return talk(h.Address+":22", nil, greeting, "SSH-")
}

// CQL asks the host's Cassandra for its options, the smallest question of its
// protocol.
func CQL(h site.Host) error {
	return talk(h.Cassandra+":9042", []byte{4, 0, 0, 0, 5, 0, 0, 0, 0}, make([]byte, 1), "\x84")
}

func talk(address string, question, answer []byte, want string) error {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
	if _, err := conn.Write(question); err != nil {
		return err
	}
	if _, err := io.ReadFull(conn, answer); err != nil {
		return err
	}
	if string(answer) != want {
		return fmt.Errorf("%s answers %q", address, answer)
	}
	return nil
}

// Wait waits until CQL answers on every Vellum and each of them sees all
// others up: CQL answers before the ring is whole.
func Wait(lab *site.Lab, patience time.Duration, say Say) error {
	end := time.Now().Add(patience)
	vellums := lab.Vellums()
	for _, h := range vellums {
		if err := waitCQL(h, end); err != nil {
			return fmt.Errorf("%w; see /var/log/cassandra/system.log and /var/log/monit.log there", err)
		}
		say("         %s: CQL answers", h.Name)
	}
	for _, h := range vellums {
		err := poll(time.Until(end), 500*time.Millisecond, h.Name+": ring", func() error { return wholeRing(h, len(vellums)) })
		if err != nil {
			return err
		}
		say("         %s: sees %d × UN", h.Name, len(vellums))
	}
	return nil
}

// waitCQL gives Cassandra the time of a boot; then it tells monit to watch it,
// which an earlier trial may have forbidden, and waits on.
func waitCQL(h site.Host, end time.Time) error {
	ask := func() error { return CQL(h) }
	if poll(5*time.Second, 200*time.Millisecond, h.Name, ask) == nil {
		return nil
	}
	cmd, err := host.Exec(h, "env", "LAB_PROBE=1", "monit", "monitor", "-g", "cassandra")
	if err != nil {
		return err
	}
	_ = cmd.Run()
	return poll(time.Until(end), 200*time.Millisecond, h.Name+": CQL", ask)
}

// upNormal counts the nodes that the host's own nodetool sees as UN.
func upNormal(h site.Host) (int, error) {
	// A probe of the lab's own: the log that tests count calls in leaves it out.
	argv := h.InCassandraNetns("env", "LAB_PROBE=1", "timeout", "20", "nodetool", "status")
	cmd, err := host.Exec(h, argv...)
	if err != nil {
		return 0, err
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("nodetool status: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return strings.Count("\n"+stdout.String(), "\nUN "), nil
}

func wholeRing(h site.Host, n int) error {
	seen, err := upNormal(h)
	if err == nil && seen != n {
		err = fmt.Errorf("sees %d of %d nodes up", seen, n)
	}
	return err
}

func poll(patience, pause time.Duration, what string, ask func() error) error {
	var err error
	for end := time.Now().Add(patience); ; time.Sleep(pause) {
		if err = ask(); err == nil {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s after %s: %w", what, patience.Round(time.Second), err)
		}
	}
}
