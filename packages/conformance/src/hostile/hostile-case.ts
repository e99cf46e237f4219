/** What a case of a hostile server is: data, and the script of the server. */
import type { ClientOptions, CommandState, Remctl, RemctlError, ServerToken } from '@remctl/core';
import type { Script } from '../servers/scripted-server.js';

/** What the client's side of a case works with. */
export interface Stage {
  readonly client: Remctl;
  /** Connects the client to the scripted server. From then on the case's time-out holds. */
  open(signal?: AbortSignal): Promise<void>;
}

/** What the client does. Resolves to the answer's tokens, where the server gets through with it. */
export type Act = (stage: Stage) => Promise<readonly ServerToken[]>;

/** The call fails: at once, or, with RemctlTimeoutError, after the client's time-out of silence. */
export interface Refused {
  readonly type: 'refused';
  readonly error: abstract new (...args: never) => RemctlError;
  /** The error's text, by the first part of the backend's name. Of others the words are their own. */
  readonly says: { readonly native: RegExp; readonly pure: RegExp };
  readonly commandState: CommandState;
  /** More members that the error has. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The connection is unharmed by it. Without this it is closed. */
  readonly staysOpen?: true;
}

/** The protocol allows it: the client takes the answer, and the connection stays open. */
export interface Answered {
  readonly type: 'answered';
  /** The answer's tokens, as `describeToken` has them. */
  readonly tokens: readonly string[];
}

/** Nothing but an abort ends it; the act checks that the abort does. */
export interface Aborted {
  readonly type: 'aborted';
  readonly commandState: CommandState;
}

export type Ending = Refused | Answered | Aborted;

/** What `remctl`, the program on libremctl, prints of the same server, with a time-out of 3 s. */
export interface Printed {
  readonly status: number;
  readonly stdout?: string;
  /** A pattern where it depends on the moment. */
  readonly stderr?: string | RegExp;
}

/** Or why it has nothing to print: it never does what the case has the client do. */
export type LibremctlRecord = Printed | { readonly notAsked: string };

export interface HostileCase {
  readonly id: string;
  readonly title: string;
  /** What the server does. */
  readonly serve: Script;
  /** What the client does: `runCommand` without it. */
  readonly act?: Act;
  readonly client?: ClientOptions;
  readonly ending: Ending;
  /** Where the native backend ends otherwise, and why it cannot do better. */
  readonly native?: { readonly ending: Ending; readonly because: string };
  readonly libremctl: LibremctlRecord;
  /** Why ours is another answer than libremctl's: one refuses what the other takes or waits for. */
  readonly difference?: string;
}

export function describeToken(token: ServerToken): string {
  switch (token.type) {
    case 'output':
      return `output ${token.stream}: ${Buffer.from(token.output)}`;
    case 'status':
      return `status ${token.status}`;
    case 'error':
      return `error ${token.error}: ${Buffer.from(token.output)}`;
  }
}

export function describeEnding(ending: Ending): string {
  switch (ending.type) {
    case 'refused':
      return `${ending.error.name}, ${ending.commandState}`;
    case 'answered':
      return `takes it: ${ending.tokens.map((token) => token.trim()).join(', ')}`;
    case 'aborted':
      return 'waits until it is aborted';
  }
}

/** More of what it prints makes no better table. */
const LONGEST_PRINT = 200;

export function describeRecord(record: LibremctlRecord): string {
  if ('notAsked' in record) {
    return record.notAsked;
  }
  const { status, stdout = '', stderr = '' } = record;
  const printed = `${stdout}${stderr instanceof RegExp ? stderr.source : stderr}`.trim();
  const shown = printed.length > LONGEST_PRINT ? `${printed.slice(0, LONGEST_PRINT)}...` : printed;
  return `${shown === '' ? 'nothing' : JSON.stringify(shown)}, exit status ${status}`;
}
