package cassandra

import "path/filepath"

// undoes says of each table what an undo does with it, and how many it brings back. A restore, or an undo, that was broken off
// may have left some as they were.
func (r *swapRecord) undoes(areas []area) (lines []string, back int, err error) {
	for _, d := range r.Dirs {
		exchanged, undone := false, false
		for _, a := range areas {
			was, is, err := r.standing(place{a, filepath.Dir(d), filepath.Base(d)})
			if err != nil {
				return nil, 0, err
			}
			exchanged, undone = exchanged || was, undone || is
		}
		switch {
		case exchanged:
			back++
			lines = append(lines, "~ "+d+": what was written since the restore goes out of sight, and is kept until the release")
		case undone:
			lines = append(lines, "= "+d+": is as before already")
		default:
			lines = append(lines, "= "+d+": was not exchanged")
		}
	}
	return lines, back, nil
}

// standing tells whether the restore's files are live in one place, and whether they were and are taken back.
func (r *swapRecord) standing(p place) (exchanged, undone bool, err error) {
	sw := &swapper{rec: r}
	there, err := sw.forward(p).phase()
	if err != nil {
		return false, false, err
	}
	back, err := sw.backward(p).phase()
	if err != nil {
		return false, false, err
	}
	if back == phaseExchanged || back == phaseDone {
		return back == phaseExchanged, back == phaseDone, nil
	}
	return there == phaseExchanged || there == phaseDone, false, nil
}
