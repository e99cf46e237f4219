/** What a client did with a host's name, and how clients are run. */

/** How one command on one host ended. */
export interface Ending {
  /** The machine that ran the command; undefined if none did. */
  readonly machine?: string;
  /** The message, if the command did not run. */
  readonly message?: string;
}

/** One command on one host. */
export interface Run extends Ending {
  readonly host: string;
  /** The services that the KDC was asked for, in order, each once: `host/node2.example.test`. */
  readonly asked: readonly string[];
}

/** A client of the comparison. */
export interface NamesClient {
  /**
   * A program. With `program` it runs once for each host, with the arguments HOST test where after its own.
   * With `server` it runs once, reads a `Question` from each line, and answers with an `Ending`: both as JSON.
   */
  readonly type: 'program' | 'server';
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One command to run, for a client of the type `server`. */
export interface Question {
  readonly host: string;
  readonly port: number;
  /** The credential cache: the tickets of one host must not serve another one. */
  readonly ccache: string;
}

/** The job of the program in the site's network (`names-program.ts`). It prints a `Run[][]` as JSON. */
export interface NamesJob {
  /** The lines of [libdefaults] about names. */
  readonly libdefaults: readonly string[];
  readonly hosts: readonly string[];
  /** The servers' protocol: 2 without it. */
  readonly protocol?: 1 | 2;
  readonly clients: readonly NamesClient[];
}
