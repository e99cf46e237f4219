/** A remctld of a realm. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClockOffset } from './clock.js';
import type { Guard } from './guard.js';
import { freePort, waitForPort } from './ports.js';
import { type Daemon, startDaemon } from './programs.js';

const ATTEMPTS = 5;
const START_TIMEOUT_MS = 10_000;

export interface RemctldOptions {
  /** The text of remctl.conf; the realm's own commands without it. */
  readonly config?: string;
  /** The keytab; the realm's own without it. */
  readonly keytab?: string;
  /** The port; a free one without it. */
  readonly port?: number;
  /** How far its clock is off this machine's; the realm's without it. */
  readonly clock?: ClockOffset;
}

export interface Remctld {
  readonly port: number;
  readonly pid: number;
  /** The file with what it logs. */
  readonly log: string;
  /** Kills it and the commands that it runs. */
  kill(): Promise<void>;
}

export async function startRemctld(
  folder: string,
  name: string,
  options: Required<Pick<RemctldOptions, 'config' | 'keytab'>> & { readonly port?: number },
  context: { readonly env: NodeJS.ProcessEnv; readonly guard: Guard },
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
        ...['-m', '-F', '-S', '-b', '127.0.0.1', '-p', String(port)],
        ...['-k', options.keytab, '-f', config, '-P', join(folder, `${name}.pid`)],
      ],
      { ...context, log },
    );
    if (await waitForPort(port, daemon.ended, START_TIMEOUT_MS)) {
      return { port, pid: daemon.pid, log, kill: () => daemon.kill() };
    }
    await daemon.kill();
    if (attempt === ATTEMPTS) {
      throw new Error(`remctld does not start: see ${log}`);
    }
  }
}
