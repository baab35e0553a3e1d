"""One reader for each kind of document; each loads its library only when it is called."""
