/** The addon's interface, and how it is loaded. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { RemctlBackendError } from '@remctl/core/errors';
import { INSTALL_HELP } from './install-help.js';

/** Called with the members of all new events in one array: see `decodeEvents`. */
export type Notify = (members: readonly unknown[]) => void;

/** One connection on a thread of its own; native/session.h says what each method promises. */
export interface Session {
  /** Takes the command's arguments one after the other, and the length of each. */
  send(bytes: Uint8Array, lengths: Uint32Array): void;
  noop(): void;
  close(): void;
  /** Says that `bytes` bytes of output have left the queue: the session may read so many more. */
  consumed(bytes: number): void;
  abort(): void;
  /**
   * Returns '' if nothing has arrived on an idle connection, 'DATA' if bytes have, 'EOF' if the
   * server has hung up, or the system's name and text for what broke the connection: 'EPIPE: Broken
   * pipe'.
   */
  unasked(): string;
  /** Returns how many bytes the network has taken so far. */
  sent(): number;
  /** Returns how many bytes the network has given so far. */
  received(): number;
  /** Has the session keep the event loop alive, until `unref`. */
  ref(): void;
  unref(): void;
}

/** What the compiled module exports (native/addon.cc). */
export interface Addon {
  /**
   * Starts to connect. Throws an Error with the system's name in `code` if the system has no thread
   * for the connection.
   */
  readonly Session: new (
    notify: Notify,
    port: number,
    host: string,
    principal: string | undefined,
    ccache: string | undefined,
    source: string | undefined,
    timeoutMs: number,
    canonicalize: boolean,
  ) => Session;
  /** Whether protocol 1 works with this libremctl: native/layout.h says what it depends on. */
  readonly supportsProtocol1: boolean;
  /** The addon's own lists, for the test that compares them with those of session-events.ts. */
  readonly eventTypes: readonly string[];
  readonly eventMembers: readonly string[];
  readonly phases: readonly string[];
}

/** Where node-gyp leaves the addon. */
const ADDON = fileURLToPath(new URL('../build/Release/remctl.node', import.meta.url));

/**
 * Loads the addon from its file.
 *
 * Throws RemctlBackendError, with what to install, if the addon was not built or libremctl is
 * missing.
 */
export function loadAddon(path = ADDON): Addon {
  if (!existsSync(path)) {
    throw new RemctlBackendError(`the native backend's addon has not been built. ${INSTALL_HELP}`);
  }
  try {
    return createRequire(import.meta.url)(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RemctlBackendError(
      `the native backend's addon cannot be loaded (${reason}). ${INSTALL_HELP}`,
      { cause },
    );
  }
}
