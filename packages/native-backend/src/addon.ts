/** The addon's interface, and how it is loaded. */
import { createRequire } from 'node:module';
import { addonError } from './addon-failure.js';
import { type AddonFile, findAddon } from './addon-file.js';
import { type LibraryFailure, libraryError } from './library-failure.js';

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
   * server has hung up, or the system's number and text for what broke the connection: 'E32: Broken
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
   * Starts to connect. Throws an Error with the system's number (`E11`) in `code` if the system has
   * no thread for the connection.
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
  /**
   * Loads libremctl and libkrb5, unless they are loaded. Returns undefined, or what is wrong: then
   * nothing but this function may be called, and a later call tries again.
   */
  loadLibraries(): LibraryFailure | undefined;
  /** Returns whether protocol 1 works with this libremctl (native/layout.h). */
  supportsProtocol1(): boolean;
  /** The addon's own lists, for the test that compares them with those of session-events.ts. */
  readonly eventTypes: readonly string[];
  readonly eventMembers: readonly string[];
  readonly phases: readonly string[];
}

/** This package's addon once it serves: an upgrade under a running process may move its files. */
let loaded: Addon | undefined;

/**
 * Loads the addon from this package's folder, or from the one that is given, and the libraries.
 *
 * Throws RemctlBackendError, which says what to do, if there is no addon for this system, if it cannot
 * be loaded, or if libremctl or libkrb5 is missing, too old or not usable.
 */
export function loadAddon(folder?: string): Addon {
  if (folder !== undefined) {
    return loadFrom(folder);
  }
  loaded ??= loadFrom();
  return loaded;
}

function loadFrom(folder?: string): Addon {
  const addon = load(findAddon(folder));
  const failure = addon.loadLibraries();
  if (failure !== undefined) {
    throw libraryError(failure);
  }
  return addon;
}

function load(file: AddonFile): Addon {
  try {
    return createRequire(file.path)(file.path);
  } catch (cause) {
    throw addonError(file, cause);
  }
}
