/** The lines that a person reads of a diagnosis. */
import type { DiagnosisStep, StepName, StepOutcome, Verdict } from '@remctl/pure-backend/doctor';
import picocolors from 'picocolors';
import { visible } from '../terminal/visible-controls.js';
import { wantsColors } from '../terminal/wants-colors.js';

const TITLES: Readonly<Record<StepName, string>> = {
  name: "the server's name",
  connection: 'connection',
  configuration: 'krb5.conf',
  credentials: 'credentials',
  kdcs: 'KDCs',
  clock: 'clock',
  'service-ticket': 'ticket for the server',
  authentication: 'authentication',
  noop: 'NOOP',
};

// picocolors alone takes CI for a terminal.
const colors = picocolors.createColors(wantsColors(process.stdout.isTTY === true, process.env));

const MARKS: Readonly<Record<StepOutcome, string>> = {
  ok: colors.green('ok     '),
  warning: colors.yellow('warning'),
  failed: colors.red('failed '),
  'not-tried': colors.dim('-      '),
};

const INDENT = ' '.repeat(9);

/** Returns a text's lines, indented, without control characters. */
function indented(text: string): string {
  return visible(text)
    .split('\n')
    .map((line) => `${INDENT}${line}\n`)
    .join('');
}

/** Returns a step's lines: its outcome, what was found, what is wrong, and what to do. */
export function stepText({
  name,
  outcome,
  milliseconds,
  facts,
  problem,
  advice,
}: DiagnosisStep): string {
  const time = outcome === 'not-tried' ? 'not tried' : `${Math.round(milliseconds)} ms`;
  const head = `${MARKS[outcome]}  ${TITLES[name]} (${time})\n`;
  const wrong = problem === undefined ? '' : indented(problem);
  const toDo = advice === undefined ? '' : indented(`What to do: ${advice}`);
  return head + facts.map(indented).join('') + wrong + toDo;
}

/** Returns the last lines. */
export function verdictText(host: string, { isUsable, step }: Verdict): string {
  const head = isUsable
    ? `\nCommands can be sent to ${visible(host)}.`
    : `\nNo command can be sent to ${visible(host)}.`;
  if (step === undefined) {
    return `${head}\n`;
  }
  const first = isUsable ? 'One thing is to be looked at' : 'The first thing to mend';
  const what = `${first}: ${TITLES[step.name]}: ${visible(step.problem ?? '')}.`;
  return `${head}\n${what}\n${step.advice === undefined ? '' : `${visible(step.advice)}\n`}`;
}
