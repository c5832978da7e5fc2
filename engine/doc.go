// Package engine holds the words of tidemark (kind, step, change, plan, run, task, event) and the loop that
// carries a plan out. It does no I/O of its own: nodes answer behind Node, the node's machine behind Ground,
// and the run's record behind Journal.
package engine
