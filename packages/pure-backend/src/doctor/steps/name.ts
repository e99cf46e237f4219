/** The step `name`: the host's name and its addresses. */
import { isIP } from 'node:net';
import { DEFAULT_PORT } from '@remctl/core';
import { resolveTarget } from '../../resolve-target.js';
import { type Finding, runStep } from '../run-step.js';
import type { Task } from '../task.js';

/** Resolves the name, as a connection does. */
export function checkName({ target, options, bounds, known }: Task) {
  const words = {
    late: `the name ${target.host} did not resolve`,
    advice:
      'Check the spelling. `getent hosts NAME` asks the same files and name servers; /etc/resolv.conf names them, ' +
      'and the domains that complete a short name.',
  };
  return runStep('name', bounds, words, async (signal): Promise<Finding<'name'>> => {
    const { host, resolved } = await resolveTarget({
      host: target.host,
      port: target.port || DEFAULT_PORT,
      sourceIp: options.sourceIp,
      canonicalize: target.canonicalize === true && !target.principal,
      timeoutMs: 0,
      signal,
    });
    known.host = host;
    known.resolved = resolved;
    const addresses = resolved.addresses.map(({ address }) => address);
    const { canonicalName } = resolved;
    const facts =
      isIP(target.host) === 0
        ? [
            `${host} has ${addresses.length === 1 ? 'the address' : 'the addresses'} ${addresses.join(', ')}`,
            ...(canonicalName === target.host ? [] : [`its canonical name is ${canonicalName}`]),
          ]
        : [
            `${target.host} is an address: Kerberos needs the name that the server is registered by`,
          ];
    return { facts, details: { canonicalName, addresses } };
  });
}
