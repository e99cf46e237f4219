/** A case of a hostile server: script, the client's act, ending. */
import type { ClientOptions, Remctl, ServerToken } from '@remctl/core';
import type { Ending } from '../ending.js';
import type { Script } from '../servers/scripted-server.js';
import type { LibremctlRecord } from './libremctl.js';

/** What a client's act works with. */
export interface Stage {
  readonly client: Remctl;
  /** Connects the client to the scripted server, and then sets the case's time-out. */
  open(signal?: AbortSignal): Promise<void>;
}

/** What the client does. Resolves to the tokens of the answer if the client takes the answer. */
export type Act = (stage: Stage) => Promise<readonly ServerToken[]>;

export interface HostileCase {
  readonly id: string;
  readonly title: string;
  /** What the server does. */
  readonly serve: Script;
  /** What the client does; `runCommand` without it. */
  readonly act?: Act;
  readonly client?: ClientOptions;
  /** How the call must end with every backend. A backend's exception stands in its own tests. */
  readonly ending: Ending;
  /** What the program `remctl` does with the same server. */
  readonly libremctl: LibremctlRecord;
  /** Why our ending differs from libremctl's, if it does. */
  readonly difference?: string;
}
