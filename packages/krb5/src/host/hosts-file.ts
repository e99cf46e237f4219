/** Parses /etc/hosts, and looks names and addresses up in it (hosts(5)). */
import { isIP } from 'node:net';
import { usualForm } from './numeric-address.js';

/** A line: an address and its names. The first name is the canonical one. */
export interface HostsLine {
  readonly address: string;
  readonly family: 4 | 6;
  readonly names: readonly string[];
}

/** Parses the file's text. Lines of another form are passed over, as in the C library. */
export function parseHosts(text: string): readonly HostsLine[] {
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = (line.split('#', 1)[0] ?? '').split(/\s+/).filter(Boolean);
    const family = isIP(address);
    return names.length > 0 && (family === 4 || family === 6) ? [{ address, family, names }] : [];
  });
}

/** Returns the lines that have the name, in any case of letters. */
export function linesFor(lines: readonly HostsLine[], name: string): readonly HostsLine[] {
  const wanted = name.toLowerCase();
  return lines.filter(({ names }) => names.some((each) => each.toLowerCase() === wanted));
}

/** Returns the canonical name of an address; undefined if the file has none. */
export function nameOfAddress(lines: readonly HostsLine[], address: string): string | undefined {
  const wanted = usualForm(address);
  return lines.find((line) => usualForm(line.address) === wanted)?.names[0];
}
