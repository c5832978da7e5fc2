// Package load makes subscribers for the lab's Cassandra: the same ones for
// the same seed, in every shape that a backup has to bring back.
package load

import (
	"fmt"
	"iter"
)

// Phase says which part of the story is written.
type Phase string

// Base is the content that is backed up; Newer is what happens to it
// afterwards: lines change, lines go, lines come.
const (
	Base  Phase = "base"
	Newer Phase = "newer"
)

// Options say what to make.
type Options struct {
	Lines int
	Wide  int // rows of the one wide partition
	Seed  uint64
	Phase Phase
}

// statement is one write.
type statement struct {
	CQL  string
	Args []any
}

// batch is a set of writes to one partition; they get one timestamp, so a row
// and its deletion never stand in the same one.
type batch []statement

// work is a list of batches to be written one after the other.
type work []batch

// plan yields all work; one piece does not depend on the others.
func plan(o Options) (iter.Seq[work], error) {
	switch o.Phase {
	case Base:
		return base(o), nil
	case Newer:
		return newer(o), nil
	}
	return nil, fmt.Errorf("phase %q: want %s or %s", o.Phase, Base, Newer)
}

func base(o Options) iter.Seq[work] {
	return func(yield func(work) bool) {
		for i := range o.Lines {
			if !yield(newLine(o.Seed, i, 0).create()) {
				return
			}
		}
		for work := range wideRows(o.Seed, 0, o.Wide) {
			if !yield(work) {
				return
			}
		}
	}
}

// newer changes each fifth line, deletes its neighbour, adds a tenth; in the
// wide partition it deletes the first tenth and adds as many rows.
func newer(o Options) iter.Seq[work] {
	return func(yield func(work) bool) {
		for i := range o.Lines {
			if work := nextOf(o.Seed, i); work != nil && !yield(work) {
				return
			}
		}
		for i := o.Lines; i < o.Lines+o.Lines/10; i++ {
			if !yield(newLine(o.Seed, i, 0).create()) {
				return
			}
		}
		if !yield(wideGone(o.Wide / 10)) {
			return
		}
		for work := range wideRows(o.Seed, o.Wide, o.Wide/10) {
			if !yield(work) {
				return
			}
		}
	}
}

func nextOf(seed uint64, i int) work {
	switch i % 5 {
	case 0:
		return newLine(seed, i, 1).change()
	case 1:
		return newLine(seed, i, 0).remove()
	}
	return nil
}
