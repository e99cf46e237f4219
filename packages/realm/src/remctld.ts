/** Starts a remctld of a realm. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cleanup } from './cleanup.js';
import type { ClockFile, ClockOffset } from './clock.js';
import { type Daemon, notStarted, startDaemon } from './daemon.js';
import { findProgram } from './find-program.js';
import { freePort, LOOPBACK, PORT_ATTEMPTS, START_TIMEOUT_MS, waitForPort } from './ports.js';

/** A program and its first arguments. */
export type ServerProgram = readonly [string, ...string[]];

export interface RemctldOptions {
  /** The text of remctl.conf; by default the realm's own. */
  readonly config?: string;
  /** The path of the keytab; by default the realm's own. */
  readonly keytab?: string;
  /** The address of loopback that it listens on; by default 127.0.0.1. */
  readonly address?: string;
  /** The port; by default a free one. */
  readonly port?: number;
  /** The difference of its clock from this machine's; by default the realm's. */
  readonly clock?: ClockOffset | ClockFile;
  /** The program that is started; by default the realm's, which is remctld. */
  readonly program?: ServerProgram;
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
  options: Required<Pick<RemctldOptions, 'config' | 'keytab'>> &
    Pick<RemctldOptions, 'address' | 'port' | 'program'>,
  context: { readonly env: NodeJS.ProcessEnv; readonly cleanup: Cleanup },
): Promise<Remctld> {
  const config = join(folder, `${name}.conf`);
  const log = join(folder, `${name}.log`);
  const { address = LOOPBACK } = options;
  const [program, ...first] = options.program ?? [findProgram('remctld')];
  writeFileSync(config, options.config);
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const daemon: Daemon = await startDaemon(
      // The program that makes libfaketime's semaphore removes it at its end, and so do its forks: each
      // command of remctld would then make another, and fail if one of its number is left over. With
      // env between, the semaphore is the daemon's, and its forks only use it.
      '/usr/bin/env',
      // -m -F -S: stand-alone, in the foreground, logging to its output.
      [
        program,
        ...first,
        ...['-m', '-F', '-S', '-b', address, '-p', String(port)],
        ...['-k', options.keytab, '-f', config, '-P', join(folder, `${name}.pid`)],
      ],
      { ...context, log },
    );
    if (await waitForPort(port, daemon.ended, START_TIMEOUT_MS, address)) {
      return { port, pid: daemon.pid, log, kill: () => daemon.kill() };
    }
    await daemon.kill();
    if (attempt === PORT_ATTEMPTS) {
      throw notStarted('remctld', log);
    }
  }
}
