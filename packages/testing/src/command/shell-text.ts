/** Variables as text that a shell reads. */

/** The shells that are known, and `json` for programs. */
export const SHELLS = ['sh', 'fish', 'powershell', 'cmd', 'json'] as const;

export type Shell = (typeof SHELLS)[number];

type Variable = readonly [name: string, value: string];

const unset = (variables: Readonly<Record<string, string | undefined>>) =>
  Object.keys(variables).filter((name) => variables[name] === undefined);

const given = (variables: Readonly<Record<string, string | undefined>>) =>
  Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined);

/** Inside single quotes, sh takes every character but the quote as it is. */
const shQuoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
/** Inside single quotes, fish takes every character but the quote and the backslash as it is. */
const fishQuoted = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
/** Inside single quotes, PowerShell takes every character but its kinds of single quote as it is. */
const powershellQuoted = (text: string) => `'${text.replaceAll(/['\u2018-\u201b]/g, '$&$&')}'`;

/** Throws an Error for a character that cmd's `set` cannot carry. */
function cmdLine([name, value]: Variable): string {
  if (/["%\r\n!]/.test(value)) {
    throw new Error(
      `${name} has a character that cmd cannot set (a quote, a percent sign, an exclamation mark, a line break): ` +
        'use --shell powershell',
    );
  }
  return `set "${name}=${value}"`;
}

/** How a shell sets a variable, and how it removes one. */
interface Dialect {
  set(variable: Variable): string;
  unset(name: string): string;
}

const DIALECTS: Readonly<Record<Exclude<Shell, 'json'>, Dialect>> = {
  sh: {
    set: ([name, value]) => `export ${name}=${shQuoted(value)}`,
    unset: (name) => `unset ${name}`,
  },
  fish: {
    set: ([name, value]) => `set -gx ${name} ${fishQuoted(value)}`,
    unset: (name) => `set -e ${name}`,
  },
  powershell: {
    set: ([name, value]) => `$env:${name} = ${powershellQuoted(value)}`,
    unset: (name) => `$env:${name} = $null`,
  },
  cmd: { set: cmdLine, unset: (name) => `set "${name}="` },
};

/**
 * Returns lines that set the variables in a shell, and remove those without a value. `json` gives one line, an
 * object in which those are null. Throws an Error for a value that cmd cannot set.
 */
export function shellText(
  shell: Shell,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  if (shell === 'json') {
    const entries = Object.entries(variables).map(([name, value]) => [name, value ?? null]);
    return `${JSON.stringify(Object.fromEntries(entries))}\n`;
  }
  const dialect = DIALECTS[shell];
  return [...given(variables).map(dialect.set), ...unset(variables).map(dialect.unset)]
    .map((line) => `${line}\n`)
    .join('');
}
