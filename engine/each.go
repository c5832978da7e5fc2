package engine

import (
	"context"
	"sync"

	"github.com/hashicorp/go-multierror"
)

// each calls do for every name at once and joins the failures in the order of names.
func each(ctx context.Context, names []string, do func(context.Context, string) error) error {
	errs := make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { errs[i] = do(ctx, name) })
	}
	wg.Wait()
	return join(errs)
}

// join keeps every error that is not nil; one alone stays as it is.
func join(errs []error) error {
	var all *multierror.Error
	for _, err := range errs {
		if err != nil {
			all = multierror.Append(all, err)
		}
	}
	if all != nil && len(all.Errors) == 1 {
		return all.Errors[0]
	}
	return all.ErrorOrNil()
}
