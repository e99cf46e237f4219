/** What a case is: data with a function, so that suites, matrices and other runners can use it. */
import type { Backend, ClientOptions, Remctl } from '@remctl/core';
import type { Realm } from '@remctl/realm';

/** How a process of its own makes the backend. */
export interface BackendModule {
  /** The URL of a built module. */
  readonly url: string;
  /** Its export that makes the backend, called without arguments. */
  readonly factory: string;
}

/** What a case works with. */
export interface Context {
  readonly backend: Backend;
  /** For cases that need a process of their own, which throw without it. */
  readonly module: BackendModule | undefined;
  readonly realm: Realm;
  /** 1 where the suite runs through the proxy that makes remctld a server of protocol 1. */
  readonly protocol: 1 | 2;
  readonly host: string;
  /** The port of remctld, or of the proxy before it. */
  readonly port: number;
  /** A client that is not open; closed when the case is over. */
  client(options?: ClientOptions): Remctl;
  /** An open client; closed when the case is over. */
  open(options?: ClientOptions): Promise<Remctl>;
  /** Keeps something until the case is over. */
  use<T extends AsyncDisposable>(resource: Promise<T>): Promise<T>;
}

/** What a case's matrix shows beside the results. */
export interface Comparison {
  /** What is expected of a backend. */
  readonly ours: string;
  /** What is expected of the native one, where that is something else. */
  readonly native?: string;
  /** What libremctl does. */
  readonly libremctl: string;
  /** Why they differ. */
  readonly reasons: readonly string[];
}

export interface Case {
  /** What the matrix and declarations call it: `area/what`. */
  readonly id: string;
  /** The behaviour; where the API text promises it, that sentence in quotation marks. */
  readonly title: string;
  /** Why protocol 1 cannot carry it, where it cannot. */
  readonly notInProtocol1?: string;
  /** Milliseconds that it may take, where the runner's own limit is too low for it. */
  readonly timeoutMs?: number;
  readonly comparison?: Comparison;
  readonly run: (context: Context) => Promise<void>;
}
