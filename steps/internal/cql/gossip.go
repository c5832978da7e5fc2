package cql

import (
	"context"
	"strings"

	"tidemark/engine"
)

// Heard is what a server has heard of a member of the ring, itself included.
type Heard struct {
	HostID string
	// Normal: a full member, neither on its way in or out nor shut down.
	Normal bool
	Schema string
	// Generation is when the member was started, Heartbeat counts since then, at least once a second.
	Generation, Heartbeat int
}

// Gossip reads what the server has heard, by host id; members that have left are in it for some days. It needs
// Cassandra 4.1.
func (s *Server) Gossip(ctx context.Context) (map[string]Heard, error) {
	rows, err := s.query(ctx, "system_views", `SELECT host_id, status_with_port, "schema", generation, heartbeat FROM system_views.gossip_info`)
	if err != nil {
		return nil, err
	}
	out := map[string]Heard{}
	for _, r := range rows {
		status, _, _ := strings.Cut(text(r, "status_with_port"), ",")
		h := Heard{
			HostID: text(r, "host_id"), Normal: status == "NORMAL", Schema: text(r, "schema"),
			Generation: number(r, "generation"), Heartbeat: number(r, "heartbeat"),
		}
		if _, twice := out[h.HostID]; twice || h.HostID == "" {
			return nil, engine.Failf(engine.ClassIO, "CQL at %s: system_views.gossip_info has no or two members of host id %q", s.address, h.HostID)
		}
		out[h.HostID] = h
	}
	return out, nil
}

// Connected tells which members the server is connected to, by their addresses.
func (s *Server) Connected(ctx context.Context) (map[string]bool, error) {
	rows, err := s.query(ctx, "system_views", "SELECT address, active_connections FROM system_views.internode_outbound")
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, r := range rows {
		out[text(r, "address")] = number(r, "active_connections") > 0
	}
	return out, nil
}
