/** The C library's regular expressions, through bash. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What an expression does with a subject: regexec matches or not, or regcomp refuses the expression. */
export type Verdict = 'match' | 'no match' | 'refused';

/** bash gives its operator =~ to regcomp and regexec with REG_EXTENDED, as remctld does with `regex:`. */
const BASH = `while IFS= read -r -d '' pattern && IFS= read -r -d '' subject; do
  [[ $subject =~ $pattern ]]
  echo $?
done`;
const VERDICTS: Readonly<Record<string, Verdict>> = { 0: 'match', 1: 'no match', 2: 'refused' };

export interface CLibraryRegex extends AsyncDisposable {
  verdict(pattern: string, subject: string): Promise<Verdict | undefined>;
}

/** Starts a bash that answers one question after the other, in the C locale. */
export function startCLibraryRegex(): CLibraryRegex {
  const bash = spawn('bash', ['-c', BASH], {
    env: { LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface(bash.stdout)[Symbol.asyncIterator]();
  return {
    async verdict(pattern, subject) {
      bash.stdin.write(`${pattern}\0${subject}\0`);
      const { value } = await lines.next();
      return VERDICTS[value];
    },
    async [Symbol.asyncDispose]() {
      bash.stdin.end();
      await once(bash, 'exit');
    },
  };
}
