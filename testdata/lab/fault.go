package main

const faultHelp = "todo"

func fault(*call) error        { return errUsage }
func loadLines(*call) error    { return errUsage }
func digestTables(*call) error { return errUsage }
