// Package backup is the format and the store of backups: the manifest and its proofs, what a set of nodes needs
// to be complete, what retention may remove, and the kinds that verify, seal, list and prune. The sources
// (cassandra, …) write into the store through it, and restores read through it.
package backup
