package cassandra

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"tidemark/steps/internal/cql"
)

// ring compares cluster, partitioner, tokens, data centre and rack. Only a node with the same tokens owns the ranges
// its files hold; on another ring rows would be lost.
func (g *gate) ring(ctx context.Context, server *cql.Server, local cql.Local) error {
	g.out.Live = RingMember{HostID: local.HostID, Address: g.conf.CQLAddress(), Cluster: local.Cluster, DC: local.DC, Rack: local.Rack, Version: local.Release, Tokens: local.Tokens}
	peers, err := server.Peers(ctx)
	if err != nil {
		return err
	}
	for _, p := range peers {
		g.out.Members = append(g.out.Members, RingMember{HostID: p.HostID, Address: p.Address, Cluster: local.Cluster, DC: p.DC, Rack: p.Rack, Version: p.Release, Tokens: p.Tokens})
	}
	if g.manifest == nil {
		return nil
	}
	was, is := g.out.Saved, g.out.Live
	if was.Cluster != is.Cluster {
		g.refuse("restore it on cluster "+was.Cluster, "it is of cluster %q, this node is in cluster %q", was.Cluster, is.Cluster)
	}
	if simple(g.manifest.Server.Partitioner) != simple(local.Partitioner) {
		g.refuse("", "its partitioner is %s, this node's is %s: their files cannot be mixed", g.manifest.Server.Partitioner, local.Partitioner)
	}
	if was.DC != is.DC || was.Rack != is.Rack {
		g.refuse("set the node's data centre and rack as they were (cassandra-rackdc.properties) before it joins the ring, or restore on another node",
			"it is of data centre %s, rack %s; this node is in data centre %s, rack %s", was.DC, was.Rack, is.DC, is.Rack)
	}
	g.tokens(peers)
	g.version(local.Release)
	return nil
}

func simple(class string) string { return class[strings.LastIndexByte(class, '.')+1:] }

// tokens refuses another place in the ring and says whose it is, and that the ring has members outside the set.
func (g *gate) tokens(peers []cql.Peer) {
	was, is := sortedTokens(g.out.Saved.Tokens), sortedTokens(g.out.Live.Tokens)
	switch {
	case len(was) == 0:
		g.refuse("", "it does not say which tokens the node had, so it is not known which ranges its files hold")
	case !slices.Equal(was, is):
		g.refuseTokens(was, is, peers)
	case g.out.Saved.HostID != g.out.Live.HostID:
		g.note("the host id is another one (%s, saved %s) but tokens, data centre and rack are the same: a replaced node in the same place", g.out.Live.HostID, g.out.Saved.HostID)
	}
	if n := len(peers) + 1; n != len(g.manifest.Nodes) {
		g.refuse("restore on the ring as it was; another number of nodes needs the coverage of every range to be proved",
			"the ring has %d members, the backup's set %d (%s)", n, len(g.manifest.Nodes), strings.Join(g.manifest.Nodes, ", "))
	}
}

func (g *gate) refuseTokens(was, is []string, peers []cql.Peer) {
	for _, p := range peers {
		if slices.Equal(sortedTokens(p.Tokens), was) {
			g.refuse("copy in the backup that "+g.view.Node+" saved", "it is the backup of another node: %s at %s has its tokens (saved by %s, host id %s)", p.HostID, p.Address, g.manifest.Node, g.out.Saved.HostID)
			return
		}
	}
	shared := 0
	for _, t := range was {
		if slices.Contains(is, t) {
			shared++
		}
	}
	g.refuse("if this node replaces a lost one, take it out of the ring (nodetool decommission, with --force where Cassandra misses nodes for its replicas), stop it, empty its directories, let it join with the saved tokens (cassandra.yaml: num_tokens and initial_token from the manifest, auto_bootstrap: false), then restore; else stream the files with sstableloader, which works for any ring",
		"the node has other tokens than the backup (%d of %d are the same): a replacement or another ring, where rows would be lost", shared, len(was))
}

func sortedTokens(tokens []string) []string { return slices.Sorted(slices.Values(tokens)) }

// version refuses files that are newer than the server, which cannot read them, and those of unsupported servers.
func (g *gate) version(release string) {
	saved := g.manifest.Server.Version
	if err := supported(saved); err != nil {
		g.refuse("", "it was saved from Cassandra %s; supported are 4.0 and newer", saved)
		return
	}
	switch c := compareVersions(saved, release); {
	case c > 0:
		g.refuse("upgrade this node to "+saved+" first", "it was saved from Cassandra %s, this node runs the older %s, which may not read its files", saved, release)
	case c < 0:
		g.note("saved from Cassandra %s, this node runs %s: run nodetool upgradesstables afterwards", saved, release)
	}
}

// compareVersions compares major and minor; patch releases share their file format.
func compareVersions(x, y string) int {
	a, b := majorMinor(x), majorMinor(y)
	return slices.Compare(a[:], b[:])
}

func majorMinor(release string) [2]int {
	parts := strings.SplitN(release, ".", 3)
	var out [2]int
	for i := range min(2, len(parts)) {
		out[i], _ = strconv.Atoi(strings.TrimRight(parts[i], "-abcdefghijklmnopqrstuvwxyz~"))
	}
	return out
}
