package link

func promptController(string) {}
