package site

import (
	"errors"
	"sync"
)

// Together does something on all hosts at once, and joins what failed.
func Together(hosts []Host, do func(Host) error) error {
	errs := make([]error, len(hosts))
	var group sync.WaitGroup
	for i, h := range hosts {
		group.Go(func() { errs[i] = do(h) })
	}
	group.Wait()
	return errors.Join(errs...)
}
