package files

import "tidemark/engine"

// meets says what stands at the target, and what becomes of it; what no copy could go on from is refused here, not in the
// middle of the run.
func (s *scp) meets(v *engine.View, at sight, c *engine.Change) error {
	switch {
	case at.kind == special:
		return refuse("move it away, or choose another target", "%s is there and is a %s", show(s.Target), at.kind)
	case at.kind == file && s.Backup != "":
		return refuse("move it away, or choose another target", "%s is there and is a file; backup %s is a directory", show(s.Target), s.Backup)
	}
	c.Sign = engine.NotKnown
	c.Unknown = append(c.Unknown, "whether what is at "+show(s.Target)+" differs from the source")
	if at.promised {
		c.Summary += ", where an earlier step leaves something"
		c.Details = append(c.Details, s.becomes())
		return nil
	}
	c.Summary += ", which is there"
	c.Details = append(c.Details, describe(s.Target, at.entry)+": "+s.becomes())
	if s.Backup == "" || at.kind != directory {
		return nil
	}
	has, err := s.asked(v)
	if has != "" {
		c.Details = append(c.Details, has)
	}
	return err
}

// becomes is what a copy does with what is there already.
func (s *scp) becomes() string {
	const same = "what equals the source is not sent again; "
	if s.Replace {
		return same + "what differs is overwritten"
	}
	return same + "what differs is refused, since nothing is overwritten unless replace: true"
}
