// Package view turns events, plans, failures and tables into text for a terminal, for a pipe, and into JSON. Views
// only read: nothing flows back from them.
package view
