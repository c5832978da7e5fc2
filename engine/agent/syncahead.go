package agent

// syncEvery is how many bytes of a file come before what is there is made durable, beside what still comes.
const syncEvery = 64 << 20

// syncAhead makes a file durable while it grows, so that little is left to wait for when it is whole. Having the disk
// begin is not enough: what keeps writes in memory of its own, a loop device or a disk, writes them out when asked to.
type syncAhead struct {
	sync  func() error
	since int        // bytes since the last round began
	round chan error // holds the outcome of the last round while none is under way
}

func newSyncAhead(sync func() error) *syncAhead {
	a := &syncAhead{sync: sync, round: make(chan error, 1)}
	a.round <- nil
	return a
}

// add counts n more bytes and begins a round when one is due and none is under way. It does not wait. The error is that
// of an earlier round: the system tells a failed write once, so the round that hears it must not lose it.
func (a *syncAhead) add(n int) error {
	if a.since += n; a.since < syncEvery {
		return nil
	}
	select {
	case err := <-a.round:
		if err != nil {
			a.round <- err
			return err
		}
		a.since = 0
		go func() { a.round <- a.sync() }()
	default:
	}
	return nil
}

// wait ends the last round; the file may be closed then.
func (a *syncAhead) wait() error { return <-a.round }
