package link

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// process is a running transport: ssh, or the agent as a child. Its pipes are ours and not exec's, so that nothing
// it said before it ended is lost.
type process struct {
	cmd     *exec.Cmd
	in, out *os.File
	lines   lines
	stderr  tail
	cancel  context.CancelFunc
	closing sync.Once
	done    chan struct{} // closed when it was awaited
}

// start runs argv with these variables; nil is those of this process. When it is ended, its input is closed; after grace it is killed.
func start(argv, env []string, marker string, attr *syscall.SysProcAttr, grace time.Duration) (*process, error) {
	theirIn, ourIn, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	ourOut, theirOut, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, theirIn.Close(), ourIn.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{in: ourIn, out: ourOut, cancel: cancel, done: make(chan struct{})}
	p.lines = lines{r: bufio.NewReaderSize(ourOut, 64<<10), marker: marker}
	p.cmd = exec.CommandContext(ctx, argv[0], argv[1:]...)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = theirIn, theirOut, &p.stderr
	p.cmd.Env, p.cmd.SysProcAttr = env, attr
	p.cmd.Cancel = p.in.Close
	p.cmd.WaitDelay = grace
	err = p.cmd.Start()
	closeAll(theirIn, theirOut)
	if err != nil {
		cancel()
		closeAll(ourIn, ourOut)
		return nil, err
	}
	go p.await()
	return p, nil
}

func (p *process) await() {
	defer close(p.done)
	defer p.cancel()
	_ = p.cmd.Wait() // the state tells the status; other errors speak of pipes
}

// stop closes the input and kills after the grace; it does not wait.
func (p *process) stop() { p.cancel() }

// end stops it and waits for its end: then stderr is whole and the status known.
func (p *process) end() {
	p.cancel()
	<-p.done
	p.closing.Do(func() { closeAll(p.in, p.out) })
}

// kill ends it without grace.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // fails where it has ended already
	p.end()
}

// rest waits a moment for a process whose output ended, so that its own status and words are seen.
func (p *process) rest(patience time.Duration) {
	select {
	case <-p.done:
	case <-time.After(patience):
	}
	p.end()
}

// exit is the status of an ended process, -1 where a signal ended it.
func (p *process) exit() int { return p.cmd.ProcessState.ExitCode() }

func closeAll(files ...io.Closer) {
	for _, f := range files {
		_ = f.Close()
	}
}
