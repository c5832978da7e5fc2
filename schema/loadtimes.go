package schema

import (
	"fmt"
	"reflect"
	"time"

	"gopkg.in/yaml.v3"
)

// stepTimes refuses a timeout that the run's deadline would always overtake.
func (l *loader) stepTimes(step *Step, at *yaml.Node) {
	l.noTime(at, "timeout")
	if at != nil && l.book.Deadline > 0 && step.Timeout > l.book.Deadline {
		l.tooLong(at, "timeout", step.Timeout, "deadline of the run", l.book.Deadline)
	}
}

// noTime refuses a limit of 0, which nothing can keep.
func (l *loader) noTime(at *yaml.Node, what string) {
	if at == nil || at.Kind != yaml.ScalarNode {
		return
	}
	if d, err := parseDuration(at.Value); err == nil && d == 0 {
		l.at(at, codeRange, fmt.Sprintf("a %s of 0 leaves no time at all", what), "write a time above 0, or remove the key")
	}
}

// argLasts refuses an argument by which the step lasts longer than it may.
func (l *loader) argLasts(step *Step, fields []field, args reflect.Value) {
	for _, f := range fields {
		if !f.lasts || args.FieldByIndex(f.index).Type() != durationType {
			continue
		}
		at, d := step.argument(f), time.Duration(args.FieldByIndex(f.index).Int())
		switch {
		case at == nil:
		case step.Timeout > 0 && d >= step.Timeout:
			l.tooLong(at, step.Kind, d, "timeout of the step", step.Timeout)
		case l.book.Deadline > 0 && d >= l.book.Deadline:
			l.tooLong(at, step.Kind, d, "deadline of the run", l.book.Deadline)
		}
	}
}

func (l *loader) tooLong(at *yaml.Node, what string, d time.Duration, limit string, most time.Duration) {
	than := "longer than"
	if d == most {
		than = "as long as"
	}
	l.at(at, codeTooLong, fmt.Sprintf("the %s, %s, is %s the %s, %s", what, DurationText(d), than, limit, DurationText(most)),
		fmt.Sprintf("make the %s shorter than %s, or the %s longer than %s", what, DurationText(most), limit, DurationText(d)))
}
