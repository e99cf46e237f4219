/** Starts a remctld of a realm. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cleanup } from './cleanup.js';
import type { ClockOffset } from './clock.js';
import { type Daemon, notStarted, startDaemon } from './daemon.js';
import { freePort, LOOPBACK, PORT_ATTEMPTS, START_TIMEOUT_MS, waitForPort } from './ports.js';

export interface RemctldOptions {
  /** The text of remctl.conf; by default the realm's own. */
  readonly config?: string;
  /** The path of the keytab; by default the realm's own. */
  readonly keytab?: string;
  /** The port; by default a free one. */
  readonly port?: number;
  /** The difference of its clock from this machine's; by default the realm's. */
  readonly clock?: ClockOffset;
}

export interface Remctld {
  readonly port: number;
  readonly pid: number;
  /** The file with its log. */
  readonly log: string;
  /** Ends it and the commands that it runs. */
  kill(): Promise<void>;
}

/**
 * Starts a remctld on loopback, with its files in `folder` under `name`. Throws an Error with the
 * log if none of five attempts answers within 10 seconds.
 */
export async function startRemctld(
  folder: string,
  name: string,
  options: Required<Pick<RemctldOptions, 'config' | 'keytab'>> & { readonly port?: number },
  context: { readonly env: NodeJS.ProcessEnv; readonly cleanup: Cleanup },
): Promise<Remctld> {
  const config = join(folder, `${name}.conf`);
  const log = join(folder, `${name}.log`);
  writeFileSync(config, options.config);
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const daemon: Daemon = await startDaemon(
      'remctld',
      // -m -F -S: stand-alone, in the foreground, logging to its output.
      [
        ...['-m', '-F', '-S', '-b', LOOPBACK, '-p', String(port)],
        ...['-k', options.keytab, '-f', config, '-P', join(folder, `${name}.pid`)],
      ],
      { ...context, log },
    );
    if (await waitForPort(port, daemon.ended, START_TIMEOUT_MS)) {
      return { port, pid: daemon.pid, log, kill: () => daemon.kill() };
    }
    await daemon.kill();
    if (attempt === PORT_ATTEMPTS) {
      throw notStarted('remctld', log);
    }
  }
}
