/** The step `connection`: TCP to each address. */
import { DEFAULT_PORT, LEGACY_PORT } from '@remctl/core';
import { workUntil } from '../../bounded.js';
import { networkAdvice, tryConnect } from '../connections.js';
import { type Finding, notTried, runStep } from '../run-step.js';
import { msText, type Task } from '../task.js';

/** Connects to each address and port, and sends nothing. */
export function checkConnection({ target, options, bounds, known }: Task) {
  const { resolved } = known;
  if (resolved === undefined) {
    return notTried('connection', 'the name has no address');
  }
  const ports = target.port ? [target.port] : [DEFAULT_PORT, LEGACY_PORT];
  const words = { late: 'no connection', advice: networkAdvice([]) };
  // The attempts end a moment before the step does, so that each one's end is told.
  const own = { ...bounds, timeoutMs: bounds.timeoutMs * 2 };
  return runStep('connection', own, words, async (signal): Promise<Finding<'connection'>> => {
    const attempts = await workUntil(
      (within) =>
        Promise.all(
          ports.flatMap((port) =>
            resolved.addresses.map(({ address }) =>
              tryConnect({ address, port }, options.sourceIp, within),
            ),
          ),
        ),
      { ...bounds, signal },
      () => new Error(words.late),
    );
    known.connections = attempts;
    const facts = attempts.map(({ address, port, milliseconds, failure }) =>
      failure === undefined
        ? `${address} port ${port}: connected in ${msText(milliseconds)}`
        : `${address} port ${port}: ${failure === 'ETIMEDOUT' ? 'no answer' : failure}`,
    );
    const details = { attempts };
    const onPort = (port: number | undefined) => attempts.filter((each) => each.port === port);
    const good = ports.find((port) => onPort(port).some(({ failure }) => failure === undefined));
    if (good === undefined) {
      const problem = `no connection to ${known.host}, port ${ports.join(' or ')}`;
      return {
        facts,
        details,
        outcome: 'failed',
        problem,
        advice: networkAdvice(onPort(ports[0])),
      };
    }
    const dead = onPort(good).filter(({ failure }) => failure !== undefined);
    if (dead.length === 0) {
      return { facts, details };
    }
    const names = dead.map(({ address }) => address).join(', ');
    return {
      ...{ facts, details, outcome: 'warning', advice: networkAdvice(dead) },
      problem: `the name leads to addresses that take no connection: ${names}`,
    };
  });
}
