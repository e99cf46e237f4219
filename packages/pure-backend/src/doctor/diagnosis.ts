/** The steps of a diagnosis, and what each of them tells. */
import type { CredentialsReport, KdcReport, ServiceTicketReport } from '@remctl/krb5/doctor';

/** One attempt to connect. */
export interface ConnectionReport {
  readonly address: string;
  readonly port: number;
  readonly milliseconds: number;
  /** The system's name of the failure, such as `ECONNREFUSED`; undefined if the connection was made. */
  readonly failure: string | undefined;
}

/** What each step finds out. */
export interface StepDetails {
  /** The host's name and its addresses. */
  readonly name: { readonly canonicalName: string; readonly addresses: readonly string[] };
  /** TCP connections to each address. */
  readonly connection: { readonly attempts: readonly ConnectionReport[] };
  /** krb5.conf. */
  readonly configuration: {
    readonly files: readonly string[];
    readonly missing: readonly string[];
    readonly defaultRealm: string | undefined;
  };
  /** The cache, the keytab or the password. */
  readonly credentials: CredentialsReport;
  /** The KDCs of the client's realm and of the server's. */
  readonly kdcs: { readonly kdcs: readonly (KdcReport & { readonly realm: string })[] };
  /** This machine's clock beside the KDCs'. */
  readonly clock: { readonly differenceMs: number; readonly clockskewMs: number };
  /** The ticket for the server. */
  readonly 'service-ticket': ServiceTicketReport;
  /** The remctl connection itself, by the backend. */
  readonly authentication: { readonly backend: string };
  /** A NOOP, which protocol 3 has. */
  readonly noop: { readonly protocol: 3 | undefined };
}

export type StepName = keyof StepDetails;

/**
 * - `ok`: nothing stands in the way.
 * - `warning`: it works, or may work; the problem says what is wrong.
 * - `failed`: no command could be sent for this reason.
 * - `not-tried`: an earlier step has to work first.
 */
export type StepOutcome = 'ok' | 'warning' | 'failed' | 'not-tried';

/** One step. Its texts may hold what a server, DNS or a file chose: make control characters visible. */
export type DiagnosisStep = {
  [N in StepName]: {
    readonly name: N;
    readonly outcome: StepOutcome;
    readonly milliseconds: number;
    /** What was found, a sentence each. */
    readonly facts: readonly string[];
    /** What is wrong; present unless the outcome is `ok`. */
    readonly problem?: string;
    /** What to do about it. */
    readonly advice?: string;
    /** Undefined if the step has failed before it knew. */
    readonly details: StepDetails[N] | undefined;
  };
}[StepName];

/** The end of a diagnosis. */
export interface Verdict {
  /** Whether a command could be sent. */
  readonly isUsable: boolean;
  /** The first step that failed, else the first with a warning. */
  readonly step: DiagnosisStep | undefined;
}

/** Returns what a diagnosis comes to. */
export function verdictOf(steps: readonly DiagnosisStep[]): Verdict {
  const isUsable = steps.some(({ name, outcome }) => name === 'authentication' && outcome === 'ok');
  const first = (wanted: StepOutcome) => steps.find(({ outcome }) => outcome === wanted);
  return { isUsable, step: first('failed') ?? first('warning') };
}
