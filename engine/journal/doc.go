// Package journal keeps the record of a run on the controller: one directory per run with plan.json, journal.jsonl
// and logs. The journal is append-only, one JSON object per line; each line carries its number and the hash of the
// line before, the first one the hash of plan.json. A line that ends a task is on disk before anything depends on it.
package journal
