/**
 * A case of a suite, and what it works with.
 *
 * A case is data with a function, so that suites, matrices and other runners can use it.
 */
import type { Backend, ClientOptions, Remctl } from '@remctl/core';
import type { Realm, RealmOptions } from '@remctl/realm';
import type { Ending } from './ending.js';

/** Tells another process how to make the backend. */
export interface BackendModule {
  /** The URL of a built module. */
  readonly url: string;
  /** The module's export that makes the backend, called without arguments. */
  readonly factory: string;
  /** The command before the path of the other process's program. Without it, this process's Node. */
  readonly runtime?: readonly string[];
  /** Hosts that the suite of names leaves out, because the runtime's resolver cannot tell what they need. */
  readonly withoutHosts?: readonly string[];
}

/** Returns the command that runs a program which makes the backend. */
export const runtimeOf = ({ runtime = [process.execPath] }: BackendModule): readonly string[] =>
  runtime;

/** How one backend ends a case of a hostile server differently from the others. */
export interface Difference {
  readonly ending: Ending;
  /** Why this backend cannot end the case as the others do. */
  readonly because: string;
}

/** What is declared of one case. */
export interface CaseDeclaration {
  readonly says: RegExp | undefined;
  readonly differs: Difference | undefined;
}

/** What a case works with. */
export interface CaseContext {
  readonly backend: Backend;
  /** For cases that start processes: these throw without it. */
  readonly module: BackendModule | undefined;
  readonly realm: Realm;
  /** 1 if the suite runs through the proxy that makes remctld a server of protocol 1. */
  readonly protocol: 1 | 2;
  readonly host: string;
  /** The port of remctld, or of the proxy in front of it. */
  readonly port: number;
  /** What the backend's test file declares of this case. */
  readonly declared: CaseDeclaration;
  /** Makes a client, and closes it after the case. The client is not open yet. */
  client(options?: ClientOptions): Remctl;
  /** Makes and opens a client, and closes it after the case. */
  open(options?: ClientOptions): Promise<Remctl>;
  /** Starts a realm like the suite's, with other options, and disposes of it after the case. */
  startRealm(options?: RealmOptions): Promise<Realm>;
  /** Returns the resource, and disposes of it after the case. */
  use<T extends AsyncDisposable>(resource: Promise<T>): Promise<T>;
}

/** What the matrix shows of libremctl beside a case. */
export interface Comparison {
  /** What a backend must do. */
  readonly ours: string;
  /** What libremctl does. */
  readonly libremctl: string;
  /** Why they differ, if they do. */
  readonly difference?: string;
}

export interface Case {
  /** `area/what`: the name of the case in the matrix and in declarations. */
  readonly id: string;
  /** The behaviour. It quotes the Python README if the README promises the behaviour. */
  readonly title: string;
  /** Why the case cannot run in protocol 1, if it cannot. */
  readonly notInProtocol1?: string;
  /** The case's time-out in milliseconds, if the runner's own is too short. */
  readonly timeoutMs?: number;
  /** In cases of hostile servers: how the call must end. */
  readonly ending?: Ending;
  readonly comparison?: Comparison;
  readonly run: (context: CaseContext) => Promise<void>;
}
