/** The answers of MIT Kerberos's libkrb5 about names, configurations and files. */
import { execFileSync } from 'node:child_process';
import { textOf } from '../../src/text/octet-text.js';
import { useProgram } from './use-program.js';

export type Question =
  | 'appdefault'
  | 'config'
  | 'clockskew'
  | 'truth'
  | 'enctypes'
  | 'etype'
  | 'kdcs'
  | 'as_request'
  | 'profile'
  | 'host_realm'
  | 'fallback_realm'
  | 'default_realm'
  | 'ccache_name'
  | 'duration'
  | 'boolean'
  | 'integer'
  | 'parse'
  | 'select'
  | 'service'
  | 'unparse'
  | 'keytab'
  | 'ccache';

export interface MitAnswers {
  /** Returns each answer's values in the questions' order; undefined if libkrb5 has an error. */
  ask(
    questions: readonly (readonly [Question, ...string[]])[],
    env?: NodeJS.ProcessEnv,
  ): (string[] | undefined)[];
}

/** Compiles the program that asks libkrb5, for the file or `describe` block that calls this. */
export function useMitAnswers(): MitAnswers {
  const program = useProgram(new URL('mit-answers.c', import.meta.url), ['-lkrb5', '-lk5crypto']);
  return {
    ask(questions, env = {}) {
      const input = questions
        .map(([question, ...args]) =>
          [question, ...args.map((arg) => Buffer.from(arg).toString('hex'))].join(' '),
        )
        .join('\n');
      const output = execFileSync(program, { input: `${input}\n`, env, encoding: 'utf8' });
      return output
        .split('\n')
        .slice(0, -1)
        .map((line) => {
          const [status, ...values] = line.split(' ');
          return status === 'ok'
            ? values.map((value) => textOf(Buffer.from(value, 'hex')))
            : undefined;
        });
    },
  };
}
