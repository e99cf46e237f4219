// Builds the site: the guides, and the reference of every published package.
