// Package files holds the kinds that change names, owners and modes on a node: mkdir, chown, move; and scp, which copies between nodes.
//
// A path is walked one name at a time, each opened relative to the directory before it (openat2 with
// RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS), and what is changed is changed through the descriptor that was looked
// at. So nobody who may write somewhere on the way can lead root elsewhere, not even between the look and the change.
package files

import "tidemark/engine"

// Kinds lists the kinds of this package.
func Kinds() []engine.Kind { return []engine.Kind{Mkdir(), Chown(), Move(), Scp()} }
