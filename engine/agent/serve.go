package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"tidemark/engine"
	"tidemark/engine/wire"
)

// Serve answers on conn until it closes. The first line is the marker and the hello, so that the controller can
// skip what the login printed.
func Serve(conn *Conn, n engine.Node, marker, build string) error {
	hello, err := json.Marshal(wire.Hello{Version: wire.Version, Build: build, Root: os.Geteuid() == 0, PID: os.Getpid()})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(conn, "%s %s\n", marker, hello); err != nil {
		return err
	}
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	srv := &http.Server{
		Handler: handler(n), Protocols: &protocols, ReadHeaderTimeout: time.Minute,
		HTTP2: &http.HTTP2Config{SendPingTimeout: 5 * time.Second, PingTimeout: 10 * time.Second},
	}
	err = srv.Serve(listenOnce(conn))
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// handler maps the calls of engine.Node to paths of package wire.
func handler(n engine.Node) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(wire.PathState, call(func(ctx context.Context, r wire.StateRequest) (any, error) { return n.State(ctx, r.Run) }))
	mux.HandleFunc(wire.PathKeep, call(func(ctx context.Context, r engine.KeepRequest) (any, error) { return n.Keep(ctx, r) }))
	mux.HandleFunc(wire.PathPlan, call(func(ctx context.Context, r engine.PlanRequest) (any, error) { return n.Plan(ctx, r) }))
	mux.HandleFunc(wire.PathLock, call(func(ctx context.Context, r engine.LockRequest) (any, error) { return nil, n.Lock(ctx, r) }))
	mux.HandleFunc(wire.PathUnlock, call(func(ctx context.Context, r engine.UnlockRequest) (any, error) { return nil, n.Unlock(ctx, r) }))
	mux.HandleFunc(wire.PathStore, call(func(ctx context.Context, r engine.Barrier) (any, error) { return nil, n.Store(ctx, r) }))
	mux.HandleFunc(wire.PathStart, call(func(ctx context.Context, r engine.TaskSpec) (any, error) { return n.Start(ctx, r) }))
	mux.HandleFunc(wire.PathSettle, call(func(ctx context.Context, r engine.TaskRef) (any, error) { return nil, n.Settle(ctx, r) }))
	mux.HandleFunc(wire.PathCancel, call(func(ctx context.Context, r engine.TaskRef) (any, error) { return n.Cancel(ctx, r) }))
	mux.HandleFunc(wire.PathLog, call(func(ctx context.Context, r engine.TaskRef) (any, error) { return n.Log(ctx, r) }))
	mux.HandleFunc(wire.PathWait, wait(n))
	return mux
}

func call[R any](do func(context.Context, R) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		var r R
		if err := json.NewDecoder(req.Body).Decode(&r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		v, err := do(req.Context(), r)
		_ = json.NewEncoder(w).Encode(wire.Encode(v, err))
	}
}

func wait(n engine.Node) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		var ref engine.TaskRef
		if err := json.NewDecoder(req.Body).Decode(&ref); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var mu sync.Mutex
		send := func(f wire.Frame) {
			mu.Lock()
			defer mu.Unlock()
			_ = json.NewEncoder(w).Encode(f)
			_ = http.NewResponseController(w).Flush()
		}
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		s, err := n.Wait(req.Context(), ref, func(p engine.Progress) { send(wire.Frame{Progress: &p}) })
		r := wire.Encode(s, err)
		send(wire.Frame{Reply: &r})
	}
}
