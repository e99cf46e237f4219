/** Expands lists of hosts: commas and ranges such as web[01-20].example.org. */

/**
 * Returns the hosts that a text names, in order. Throws RangeError for brackets that are not well formed, and for
 * more than 100,000 hosts.
 */
export function expandHosts(_text: string): string[] {
  throw new Error('expandHosts is not there yet');
}

/** Returns the hosts that a file's text names: one or more a line; # begins a comment. Throws as `expandHosts`. */
export function parseHostsFile(_text: string): string[] {
  throw new Error('parseHostsFile is not there yet');
}
