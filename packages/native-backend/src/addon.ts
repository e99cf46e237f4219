/** Loads the addon, and says what to install where it cannot be. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { RemctlBackendError } from '@remctl/core';
import { INSTALL_HELP } from './install-help.js';

/** The types of events, numbered as native/session.h has them. */
export const EVENT_TYPES = [
  'phase',
  'opened',
  'sent',
  'output',
  'status',
  'error',
  'noop',
  'closed',
  'failed',
] as const;

/** An event: see native/session.h. */
export interface RawEvent {
  readonly type: (typeof EVENT_TYPES)[number] | undefined;
  readonly phase: string;
  readonly number: number;
  readonly data: string | Buffer;
  readonly code: string;
}

/** Called with the members of one event after the other, in one array. */
export type Notify = (members: readonly unknown[]) => void;

/** How many members an event has in that array. */
export const EVENT_MEMBERS = 5;

/** A connection on a thread of its own: see native/session.h. */
export interface Session {
  /** The words one after the other, and the length of each. */
  send(bytes: Uint8Array, lengths: Uint32Array): void;
  noop(): void;
  close(): void;
  consumed(bytes: number): void;
  abort(): void;
  /**
   * '', 'DATA', 'EOF', or the system's name and text for what broke the connection: 'EPIPE: Broken
   * pipe'.
   */
  unasked(): string;
  /** Bytes that the network took so far. */
  sent(): number;
  /** Bytes that the network gave so far. */
  received(): number;
  /** While referenced, it keeps the event loop alive. */
  ref(): void;
  unref(): void;
}

export interface Addon {
  /** Throws an Error with the system's name in `code` where there can be no thread for it. */
  readonly Session: new (
    notify: Notify,
    port: number,
    host: string,
    principal: string | undefined,
    ccache: string | undefined,
    source: string | undefined,
    timeoutMs: number,
  ) => Session;
  /** Whether this libremctl's layout is one that protocol 1 works with: see native/layout.h. */
  readonly supportsProtocol1: boolean;
}

/** Where node-gyp leaves it. */
const ADDON = fileURLToPath(new URL('../build/Release/remctl.node', import.meta.url));

/** Errors: RemctlBackendError where the addon was not built, or libremctl is missing. */
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

/** The event whose members begin there. */
export function readEvent(members: readonly unknown[], at: number): RawEvent {
  const [type, phase, number, data, code] = members.slice(at, at + EVENT_MEMBERS);
  return {
    type: EVENT_TYPES[Number(type)],
    phase: String(phase),
    number: Number(number),
    data: Buffer.isBuffer(data) ? data : String(data),
    code: String(code),
  };
}
