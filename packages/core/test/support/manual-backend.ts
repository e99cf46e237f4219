/** A backend whose every call a test settles, and clients on it. */
import type { Backend, Connection, ConnectOptions } from '../../src/backend.js';
import { Remctl } from '../../src/client.js';
import type { ServerToken } from '../../src/tokens.js';

/** What a test does in place of the backend. A step that is left out succeeds at once. */
interface Steps {
  readonly connect?: (options: ConnectOptions) => Promise<void>;
  readonly checkReady?: () => void;
  readonly send?: () => Promise<void>;
  readonly receive?: () => Promise<ServerToken>;
  readonly noop?: () => Promise<void>;
}

/**
 * Makes a backend that takes the steps last given to `on`. `log` has a line for each call, and `connects` has
 * the options of each connect().
 */
export function manualBackend(protocol: 1 | 2 = 2) {
  const log: string[] = [];
  const connects: ConnectOptions[] = [];
  let steps: Steps = {};
  const backend: Backend = {
    name: 'manual',
    async connect(options) {
      log.push(`connect ${options.port}`);
      connects.push(options);
      await steps.connect?.(options);
      const connection: Connection = {
        protocol,
        checkReady: () => steps.checkReady?.(),
        async send(command) {
          log.push(`send ${command.map((argument) => Buffer.from(argument)).join(' ')}`);
          await steps.send?.();
        },
        async receive() {
          log.push('receive');
          return (await steps.receive?.()) ?? { type: 'status', status: 0 };
        },
        async noop() {
          log.push('noop');
          await steps.noop?.();
        },
        async close() {
          log.push('close');
        },
        abort() {
          log.push('abort');
        },
      };
      return connection;
    },
  };
  return {
    backend,
    log,
    connects,
    on(next: Steps) {
      steps = next;
    },
  };
}

/** Opens a client on a manual backend, at port 9 of `server`. The log is empty afterwards. */
export async function openedClient({
  protocol = 2,
  ...steps
}: Steps & { readonly protocol?: 1 | 2 } = {}) {
  const manual = manualBackend(protocol);
  manual.on(steps);
  const client = new Remctl(manual.backend);
  await client.open('server', 9);
  manual.log.length = 0;
  return { client, ...manual };
}
