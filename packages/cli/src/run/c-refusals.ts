/** What the C client says of a host and a source address that no connection can be made with. */
import { isIP } from 'node:net';
import { DEFAULT_PORT } from '@remctl/core';
import type { RunMode } from '../options/options.js';
import { UsageError } from '../options/usage-error.js';

/** Throws UsageError, in the C client's words and then ours, if the host is empty or -b is no address. */
export function checkAsTheCClient({ server, connection }: RunMode): void {
  const { source, port, service } = connection;
  const host = server.type === 'host' ? server.host : server.domain;
  if (host === '') {
    const cannot = service === undefined ? 'cannot resolve host' : 'unknown host';
    throw new UsageError(`${cannot} : Name or service not known: give the server's name`);
  }
  if (source !== undefined && isIP(source) === 0) {
    throw new UsageError(
      `cannot connect to ${host} (port ${port ?? DEFAULT_PORT}): Invalid argument: -b takes an IPv4 or ` +
        `IPv6 address, not ${JSON.stringify(source)}`,
    );
  }
}
