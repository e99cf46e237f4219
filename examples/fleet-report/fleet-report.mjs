// Runs one command on every host of a file.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseHostsFile, runOnHosts } from '@remctl/core';
import { FORMATS } from './formats.mjs';
import { rowOf } from './row.mjs';

const USAGE = `node fleet-report.mjs [OPTION]... COMMAND [ARGUMENT]...
  --hosts FILE          the hosts, one a line; hosts.txt by default
  --format FORMAT       ${Object.keys(FORMATS).join(', ')}; table by default
  --parallel N          hosts at the same time; 16 by default
  --timeout SECONDS     that a host may be silent; 30 by default
  --port PORT, --principal PRINCIPAL   of every host`;

/** The exit statuses. */
const SOME_FAILED = 1;
const WRONG_USE = 2;
const INTERRUPTED = 130;

/** Tries after the first, of a host that nothing was sent to. */
const RETRIES = 2;

/** Reads the command line. Throws TypeError or RangeError for a wrong use. */
function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      hosts: { type: 'string', default: 'hosts.txt' },
      format: { type: 'string', default: 'table' },
      parallel: { type: 'string', default: '16' },
      timeout: { type: 'string', default: '30' },
      port: { type: 'string' },
      principal: { type: 'string' },
    },
  });
  const format = FORMATS[values.format];
  if (format === undefined) {
    throw new RangeError(`there is no format ${values.format}`);
  }
  if (positionals.length === 0) {
    throw new TypeError('a command is needed');
  }
  return {
    hosts: parseHostsFile(readFileSync(values.hosts, 'utf8')),
    command: positionals,
    format,
    options: {
      parallel: Number(values.parallel),
      timeout: Number(values.timeout),
      retryUnsent: RETRIES,
      ...(values.port === undefined ? {} : { port: Number(values.port) }),
      ...(values.principal === undefined ? {} : { principal: values.principal }),
    },
  };
}

/** Reads the arguments and begins; both throw for a wrong use. */
function begin() {
  try {
    const { hosts, command, format, options } = readArguments();
    const stop = new AbortController();
    // The first Ctrl-C ends the hosts that are under way, and the report is of what is known by then.
    process.once('SIGINT', () => stop.abort(new Error('interrupted')));
    const results = runOnHosts(hosts, command, { ...options, signal: stop.signal });
    return { hosts, format, results, signal: stop.signal };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    process.exit(WRONG_USE);
  }
}

const { hosts, format, results, signal } = begin();
/** @type {import('./row.mjs').Row[]} */
const rows = [];
try {
  for await (const result of results) {
    rows.push(rowOf(result));
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${rows.length} of ${hosts.length} `);
    }
  }
} catch (error) {
  if (!signal.aborted) {
    throw error;
  }
}
const place = new Map(hosts.map((host, index) => [host, index]));
rows.sort((a, b) => (place.get(a.host) ?? 0) - (place.get(b.host) ?? 0));
process.stdout.write(format(rows));
if (signal.aborted) {
  process.exitCode = INTERRUPTED;
} else if (rows.some(({ reason }) => reason !== undefined)) {
  process.exitCode = SOME_FAILED;
}
