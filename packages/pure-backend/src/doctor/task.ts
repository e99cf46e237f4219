/** What all steps of a diagnosis share. */
import type {
  Backend,
  BackendName,
  CheckedTarget,
  ClientOptions,
  Credentials,
  Remctl,
} from '@remctl/core';
import type { Krb5Config, ResolvedHost } from '@remctl/krb5';
import type { CredentialsReport, KdcReport } from '@remctl/krb5/doctor';
import type { Bounds } from '../bounded.js';
import type { ConnectionReport } from './diagnosis.js';

export const MS_PER_SECOND = 1000;
/** Differences between clocks that are worth a word. */
export const NOTABLE_DIFFERENCE_MS = 2000;

/** The options of `diagnose`. */
export type DiagnoseOptions = ClientOptions & {
  /** The backend of the last two steps; the pure one by default. The others never depend on it. */
  readonly backend?: BackendName | Backend | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** What later steps need of earlier ones. */
export interface Known {
  host: string;
  resolved: ResolvedHost | undefined;
  connections: readonly ConnectionReport[];
  config: Krb5Config | undefined;
  credentials: CredentialsReport | undefined;
  kdcs: readonly KdcReport[];
  /** Whether there is a ticket for the server: without one, a connection asks the server nothing. */
  hasServiceTicket: boolean;
  client: Remctl | undefined;
}

/** One diagnosis. */
export interface Task {
  readonly target: CheckedTarget;
  readonly options: DiagnoseOptions;
  readonly bounds: Bounds;
  readonly known: Known;
}

/** Writes a time of a few milliseconds to seconds. */
export const msText = (milliseconds: number) => `${Math.round(milliseconds)} ms`;

/** Writes a moment in ISO 8601, in UTC, to the second. */
export const momentText = (date: Date) => date.toISOString().replace(/\.\d+Z$/, 'Z');

/** Returns the credentials among a client's options; undefined for the default cache. */
export function credentialsOf(options: ClientOptions): Credentials | undefined {
  const { ccache, keytab, password, clientPrincipal } = options;
  if (ccache !== undefined) {
    return { type: 'ccache', ccache };
  }
  if (keytab !== undefined && clientPrincipal !== undefined) {
    return { type: 'keytab', keytab, clientPrincipal };
  }
  return password === undefined || clientPrincipal === undefined
    ? undefined
    : { type: 'password', password, clientPrincipal };
}
