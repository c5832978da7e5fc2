package main

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"tidemark/schema"
)

// run checks the texts on all cores, and the programs: what is wrong with one is told by the steps that use it, else at
// its directory.
func (c *checks) run() schema.Diagnostics {
	found := append(c.each(c.one), c.unfound...)
	told := func(b *schema.Broken) bool {
		return slices.ContainsFunc(found, func(d schema.Diagnostic) bool { return d.Code == b.Code && d.Message == b.Message })
	}
	for _, k := range c.own.broken {
		b := k.Broken
		if dir, named := c.programs[k.Name]; named && !told(b) {
			found = append(found, schema.Diagnostic{Pos: schema.Pos{File: dir}, Width: 1, Code: b.Code, Message: b.Message, Help: b.Help})
			found = append(found, b.More...)
		}
	}
	return found
}

// each looks at all texts on all cores. A mistake in a text that several runbooks take is one mistake.
func (c *checks) each(look func(*schema.Reader, schema.Source) schema.Diagnostics) schema.Diagnostics {
	found := make([]schema.Diagnostics, len(c.texts))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			read := schema.NewReader(c.kinds, c.site)
			for i := int(next.Add(1)) - 1; i < len(c.texts); i = int(next.Add(1)) - 1 {
				found[i] = look(read, c.texts[i])
			}
		})
	}
	workers.Wait()
	return once(slices.Concat(found...))
}

// once drops repetitions.
func once(diags schema.Diagnostics) schema.Diagnostics {
	seen := map[schema.Diagnostic]bool{}
	return slices.DeleteFunc(diags, func(d schema.Diagnostic) bool {
		again := seen[d]
		seen[d] = true
		return again
	})
}
