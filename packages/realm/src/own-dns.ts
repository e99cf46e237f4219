/** Runs a command beside a name server of its own, inside `withNetwork`. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DnsRecords } from './dns-server.js';

const PROGRAM = fileURLToPath(new URL('../dist/dns-program.js', import.meta.url));

/**
 * Returns the command that runs `command` while a name server with `records` answers at 127.0.0.1, port
 * 53. It ends with the status of `command`. The records are in a new folder below `folder`.
 */
export function withDns(folder: string, records: DnsRecords, command: readonly string[]): string[] {
  const file = join(mkdtempSync(join(folder, 'dns-')), 'records.json');
  writeFileSync(file, JSON.stringify(records));
  return [process.execPath, PROGRAM, file, ...command];
}
