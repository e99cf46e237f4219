/** The keytab of a server, read again when its file changes. */
import { stat } from 'node:fs/promises';
import {
  formatPrincipal,
  type Keytab,
  Krb5Error,
  LocalErrorCode,
  type Principal,
  readKeytab,
} from '@remctl/krb5';
import { messageOf } from './file/system-error.js';
import type { Log } from './log/record.js';

/**
 * Milliseconds after a change in which the file is read again even if it looks the same: the clocks of file
 * systems are coarse, and a second change may look like the first.
 */
const UNSETTLED_MS = 2000;

export interface KeytabFile {
  readonly path: string;
  /**
   * Returns the keys that the file has now. Never rejects: while the file cannot be used, it returns the last
   * keys that it had, and logs the reason once.
   */
  current(): Promise<Keytab>;
}

interface State {
  /** Tells one content of the file from another. */
  readonly signature: string;
  /** Whether a change from now on will change the signature. */
  readonly settled: boolean;
}

async function stateOf(path: string): Promise<State> {
  const { dev, ino, size, ctimeMs, ctimeNs } = await stat(path, { bigint: true });
  return {
    signature: [dev, ino, size, ctimeNs].join(':'),
    // A clock that was set back leaves a time in the future, which is as good as one in the past.
    settled: Math.abs(Date.now() - Number(ctimeMs)) > UNSETTLED_MS,
  };
}

function isOf(principal: Principal, other: Principal): boolean {
  return formatPrincipal(principal) === formatPrincipal(other);
}

/** Returns the keytab called `name`. Throws Krb5Error if it has no key that can be used. */
async function readUsable(name: string, principal: Principal | undefined): Promise<Keytab> {
  const keytab = await readKeytab(name);
  const { damage } = keytab;
  if (keytab.entries.length === 0) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_KT_NOTFOUND,
      damage === undefined
        ? `the keytab ${keytab.path} holds no keys: add some with ktadd of kadmin`
        : `the keytab ${keytab.path} is damaged (${damage}) and holds no whole key: write it anew`,
    );
  }
  if (principal !== undefined && !keytab.entries.some((each) => isOf(each.principal, principal))) {
    const lost = damage === undefined ? '' : `; the file is damaged (${damage}): write it anew`;
    const names = new Set(keytab.entries.map((each) => formatPrincipal(each.principal)));
    throw new Krb5Error(
      LocalErrorCode.KRB5_KT_NOTFOUND,
      `the keytab ${keytab.path} has no key of ${formatPrincipal(principal)}, only of ${[...names].join(', ')}${lost}`,
    );
  }
  return keytab;
}

export interface KeytabFileOptions {
  /** The principal that must have a key; every keytab with a key will do without it. */
  readonly principal: Principal | undefined;
  readonly log: Log;
}

/**
 * Reads the keytab called `name` (`FILE:/path` or `/path`), and watches its file from then on. Throws
 * Krb5Error if it cannot be read, has no key, or has no key of the principal.
 */
export async function openKeytabFile(
  name: string,
  { principal, log }: KeytabFileOptions,
): Promise<KeytabFile> {
  let keytab = await readUsable(name, principal);
  const { path } = keytab;
  /** The file's state when `keytab` was read; undefined if it could not be read since. */
  let known: State | undefined;
  let reading: { readonly signature: string; readonly done: Promise<void> } | undefined;
  let complaint: string | undefined;

  function complain(error: unknown): void {
    known = undefined;
    const reason = messageOf(error);
    if (reason !== complaint) {
      complaint = reason;
      log({
        type: 'server',
        reason: `the keytab has changed and cannot be used, the former keys stay in use: ${reason}`,
        error,
      });
    }
  }

  async function read(state: State): Promise<void> {
    try {
      keytab = await readUsable(name, principal);
      // The state is from before the read: a change during the read shows in the next state.
      known = state;
      complaint = undefined;
    } catch (error) {
      complain(error);
    } finally {
      reading = undefined;
    }
  }

  async function refresh(): Promise<void> {
    const state = await stateOf(path);
    if (state.signature === known?.signature && known.settled) {
      return;
    }
    if (reading?.signature !== state.signature) {
      reading = { signature: state.signature, done: read(state) };
    }
    await reading.done;
  }

  return {
    path,
    async current() {
      try {
        await refresh();
      } catch (error) {
        complain(error);
      }
      return keytab;
    },
  };
}
