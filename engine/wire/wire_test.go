package wire_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/engine/wire"
)

// over sends a reply as the link does.
func over(t *testing.T, r wire.Reply) wire.Reply {
	t.Helper()
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back wire.Reply
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

func TestValuesArrive(t *testing.T) {
	var got engine.TaskState
	sent := engine.TaskState{Standing: engine.Ended, Receipt: &engine.Receipt{Outcome: engine.Done, Note: "ü\x00"}}
	if err := over(t, wire.Encode(sent, nil)).Decode(&got); err != nil || got.Receipt.Note != sent.Receipt.Note {
		t.Errorf("%+v %v", got, err)
	}
	if err := over(t, wire.Encode(nil, nil)).Decode(nil); err != nil {
		t.Error(err)
	}
}

// TestFailuresKeepWhatTheLoopNeeds: class, status and the next thing to do arrive, and a held node's holder.
func TestFailuresKeepWhatTheLoopNeeds(t *testing.T) {
	sent := &engine.Error{Class: engine.ClassExit, Exit: 2, Err: errors.New("nodetool: exit 2"), Next: "look at the log"}
	err := over(t, wire.Encode(nil, sent)).Decode(nil)
	if engine.ClassOf(err) != engine.ClassExit || engine.ExitOf(err) != 2 || engine.NextOf(err) != "look at the log" || err.Error() != sent.Error() {
		t.Errorf("%#v", err)
	}
	err = over(t, wire.Encode(nil, engine.TakenOver(engine.Failf(engine.ClassPrecondition, "epoch 1"), "n1", "r"))).Decode(nil)
	if !errors.Is(err, engine.ErrOvertaken) || engine.ClassOf(err) != engine.ClassPrecondition || engine.NextOf(err) != "go on there, or take it back: tidemark resume --adopt n1 r" || errors.Is(sent, engine.ErrOvertaken) {
		t.Errorf("%#v", err)
	}
	held := &engine.Locked{Node: "n1", Record: engine.LockRecord{Run: "r", Epoch: 3, Holder: engine.Holder{User: "op", Host: "desk", Since: time.Unix(0, 0).UTC()}}}
	err = over(t, wire.Encode(nil, engine.WithNext(held, "wait"))).Decode(nil)
	got := (*engine.Locked)(nil)
	if !errors.As(err, &got) || *got != *held {
		t.Errorf("%#v", err)
	}
}
