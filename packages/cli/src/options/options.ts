/** What a command line asks for, after it was read. */

/** How to reach a server and as whom. An option that was not given is undefined. */
export interface ConnectionOptions {
  /** The source address, of -b. */
  readonly source: string | undefined;
  /** 1 to 65535. */
  readonly port: number | undefined;
  /** The server's principal, of -s. */
  readonly service: string | undefined;
  /** Seconds that the server may be silent; 0 for no limit. */
  readonly timeout: number;
  /** The backend's name, unchecked. */
  readonly backend: string | undefined;
  /** A credential cache, such as `FILE:/run/app/krb5cc`. */
  readonly ccache: string | undefined;
  /** A keytab file; it goes with `client`. */
  readonly keytab: string | undefined;
  /** The client's principal, for `keytab`. */
  readonly client: string | undefined;
  /** Whether -d was given. */
  readonly debug: boolean;
}

/** Arguments that do not stand on the command line. */
export interface ElsewhereOptions {
  /** Whether standard input is the last argument. */
  readonly stdin: boolean;
  /** Files whose content is an argument. `position` counts as in remctl.conf: 0 is the command's first word. */
  readonly argFiles: readonly {
    readonly position: number;
    readonly path: string | Buffer;
  }[];
  /** Questions whose answers, asked without echo, are the next arguments. */
  readonly prompts: readonly string[];
}

/** What every mode has. */
interface Common {
  readonly connection: ConnectionOptions;
  /** Whether to print one JSON object a line. */
  readonly json: boolean;
}

/** One command on one server. */
export interface RunMode extends Common, ElsewhereOptions {
  readonly type: 'run';
  /** The server, or the domain whose SRV records name it. */
  readonly server:
    | { readonly type: 'host'; readonly host: string }
    | { readonly type: 'domain'; readonly domain: string };
  /** The words of the command, as Node read them. */
  readonly command: readonly string[];
}

/** One command on several servers. */
export interface HostsMode extends Common, ElsewhereOptions {
  readonly type: 'hosts';
  /** The values of --hosts: lists with commas and ranges. */
  readonly hosts: readonly string[];
  /** The values of --hosts-file. */
  readonly hostsFiles: readonly string[];
  readonly command: readonly string[];
  /** Servers at the same time; undefined for the library's default. */
  readonly parallel: number | undefined;
  readonly failFast: boolean;
  /** Tries after the first, while nothing was sent. */
  readonly retryUnsent: number;
  /** Whether each server's output is printed whole at its end, instead of line by line with a prefix. */
  readonly group: boolean;
}

/** A session on one connection. */
export interface ShellMode extends Common {
  readonly type: 'shell';
  readonly host: string;
}

/** A check of each step to a server. */
export interface DoctorMode extends Common {
  readonly type: 'doctor';
  readonly host: string;
}

/** Texts to print, and the status to end with. */
export interface PrintMode {
  readonly type: 'print';
  readonly stdout: string;
  readonly stderr: string;
  readonly status: 0 | 1;
}

/** A completion script to print. */
export interface CompletionMode {
  readonly type: 'completion';
  readonly shell: CompletionShell;
}

export const COMPLETION_SHELLS = ['bash', 'zsh', 'fish'] as const;
export type CompletionShell = (typeof COMPLETION_SHELLS)[number];

export type Mode = RunMode | HostsMode | ShellMode | DoctorMode | PrintMode | CompletionMode;
