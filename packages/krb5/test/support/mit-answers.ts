/** Asks libkrb5 what it makes of names and configurations. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Question =
  | 'profile'
  | 'host_realm'
  | 'fallback_realm'
  | 'default_realm'
  | 'ccache_name'
  | 'duration'
  | 'parse'
  | 'service'
  | 'unparse';

export interface MitAnswers {
  /** The values of each answer, in the questions' order; undefined where libkrb5 has an error. */
  ask(
    questions: readonly (readonly [Question, ...string[]])[],
    env?: NodeJS.ProcessEnv,
  ): (string[] | undefined)[];
  dispose(): void;
}

/** Compiles the program that answers. Needs cc and libkrb5-dev. */
export function buildMitAnswers(): MitAnswers {
  const folder = mkdtempSync(join(tmpdir(), 'remctl-mit-answers-'));
  const program = join(folder, 'mit-answers');
  const source = fileURLToPath(new URL('mit-answers.c', import.meta.url));
  execFileSync('cc', ['-o', program, source, '-lkrb5']);
  return {
    ask(questions, env = {}) {
      const input = questions
        .map(([word, ...args]) =>
          [word, ...args.map((arg) => Buffer.from(arg).toString('hex'))].join(' '),
        )
        .join('\n');
      const output = execFileSync(program, { input: `${input}\n`, env, encoding: 'utf8' });
      return output
        .split('\n')
        .slice(0, -1)
        .map((line) => {
          const [status, ...values] = line.split(' ');
          return status === 'ok'
            ? values.map((value) => Buffer.from(value, 'hex').toString('utf8'))
            : undefined;
        });
    },
    dispose() {
      rmSync(folder, { recursive: true });
    },
  };
}
