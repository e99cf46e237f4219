/** Expands `%{...}` in a cache's name (MIT Kerberos, "Parameter expansion"). */
import { userInfo } from 'node:os';
import { Krb5ConfigError } from './config-error.js';

/** Environment variables: `process.env`, or the ones that a test invents. */
export type Environment = Readonly<Record<string, string | undefined>>;

function idFrom(get: (() => number) | undefined, token: string): string {
  if (get === undefined) {
    throw new Krb5ConfigError(
      `%{${token}} has no value on this system: users have no numbers here`,
    );
  }
  return String(get());
}

const TOKENS: ReadonlyMap<string, (env: Environment) => string> = new Map<
  string,
  (env: Environment) => string
>([
  ['TEMP', (env) => env.TMPDIR ?? '/tmp'],
  ['uid', () => idFrom(process.getuid, 'uid')],
  ['USERID', () => idFrom(process.getuid, 'USERID')],
  ['euid', () => idFrom(process.geteuid, 'euid')],
  ['username', () => userInfo().username],
  ['null', () => ''],
]);

/**
 * Replaces `%{TEMP}`, `%{uid}`, `%{USERID}`, `%{euid}`, `%{username}` and `%{null}` by their
 * values. Throws Krb5ConfigError if `text` holds any other token, even one for a folder of libkrb5.
 */
export function expandPath(text: string, env: Environment): string {
  return text.replaceAll(/%\{([^}]*)(\}?)/g, (_, token: string, end: string) => {
    const expand = TOKENS.get(token);
    if (end === '') {
      throw new Krb5ConfigError(`${text}: a %{ without its }`);
    }
    if (expand === undefined) {
      throw new Krb5ConfigError(
        `${text}: %{${token}} is not known here; known are ${[...TOKENS.keys()].join(', ')}`,
      );
    }
    return expand(env);
  });
}
