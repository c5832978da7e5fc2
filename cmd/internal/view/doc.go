// Package view turns events, plans, failures and tables into text for a terminal or a pipe, into JSON and SARIF. Views
// only read: nothing flows back from them.
package view
