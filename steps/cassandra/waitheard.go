package cassandra

import (
	"context"
	"errors"
	"strings"

	"tidemark/engine"
	"tidemark/steps/internal/cql"
)

// freshHeartbeats is how far what is heard of a member may lag behind what the member itself says: heartbeats come
// every second, and Cassandra takes a member for dead after about eighteen without one.
const freshHeartbeats = 10

// heard proves by CQL, in a fraction of the time of two nodetool calls, that the whole ring is well: this server takes
// every member for a normal one, is connected to it and has heard its latest heartbeats; and every member answers
// itself, as the one it should be, with this server's schema. False is a no that may be a yes in a moment; an error is no
// answer. Nodetool has the last word on both, and names what is missing.
func heard(ctx context.Context, a engine.Asker, server *cql.Server, local cql.Local, peers []cql.Peer) (bool, error) {
	if strings.HasPrefix(local.Release, "4.0") {
		return false, errors.New("its system_views knows nothing of gossip")
	}
	here, err := server.Gossip(ctx)
	if err != nil {
		return false, err
	}
	connected, err := server.Connected(ctx)
	if err != nil {
		return false, err
	}
	normal := 0
	for _, h := range here {
		if h.Normal {
			normal++
		}
	}
	if normal != len(peers)+1 || !here[local.HostID].Normal {
		return false, nil
	}
	for _, p := range peers {
		if !here[p.HostID].Normal || !connected[p.Address] {
			return false, nil
		}
		ok, err := well(ctx, cql.At(a, p.Native), here[p.HostID], local.SchemaVersion)
		if engine.ClassOf(err) == engine.ClassConnect {
			return false, nil // it is starting, perhaps
		}
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// well asks a member what was heard of it.
func well(ctx context.Context, member *cql.Server, heard cql.Heard, schema string) (bool, error) {
	local, err := member.Local(ctx)
	if err != nil {
		return false, err
	}
	own, err := member.Gossip(ctx)
	if err != nil {
		return false, err
	}
	itself := own[heard.HostID]
	return local.HostID == heard.HostID && local.SchemaVersion == schema && heard.Schema == schema && itself.Normal &&
		itself.Generation == heard.Generation && itself.Heartbeat-heard.Heartbeat <= freshHeartbeats, nil
}
