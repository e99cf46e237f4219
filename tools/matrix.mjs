// Prints what every backend did with every case, suite by suite, from the results that they left.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './steps.mjs';

const MARKS = { pass: 'pass', fail: 'FAIL', unsupported: '-' };
const NOT_RUN = '?';

function readOutcomes() {
  const outcomes = [];
  for (const name of readdirSync(join(ROOT, 'packages')).sort()) {
    const folder = join(ROOT, 'packages', name, '.results');
    if (!existsSync(folder)) continue;
    for (const file of readdirSync(folder).sort()) {
      if (!/^outcomes-.*\.json$/.test(file)) continue;
      outcomes.push(...JSON.parse(readFileSync(join(folder, file), 'utf8')));
    }
  }
  return outcomes;
}

/** A table of one suite, and below it why cases are declared as unsupported. */
function print(suite, outcomes) {
  const backends = [...new Set(outcomes.map(({ backend }) => backend))];
  const ids = [...new Set(outcomes.map(({ id }) => id))].sort();
  const widths = [Math.max(4, ...ids.map((id) => id.length)), ...backends.map((b) => b.length)];
  const line = (cells) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at]))
      .join('  ')
      .trimEnd();

  console.log(`\n${suite}: case x backend (- stands for declared as unsupported, reasons below)\n`);
  console.log(line(['case', ...backends]));
  for (const id of ids) {
    const cells = backends.map((backend) => {
      const outcome = outcomes.find((o) => o.id === id && o.backend === backend);
      return outcome === undefined ? NOT_RUN : MARKS[outcome.result];
    });
    console.log(line([id, ...cells]));
  }
  const reasons = new Map();
  for (const { id, backend, reason } of outcomes) {
    if (reason === undefined) continue;
    const key = `${backend}: ${reason}`;
    reasons.set(key, [...(reasons.get(key) ?? []), id]);
  }
  console.log('');
  for (const [reason, cases] of reasons) {
    console.log(`${reason}\n    ${cases.join(', ')}`);
  }
  console.log('');
}

const outcomes = readOutcomes();
for (const suite of new Set(outcomes.map((outcome) => outcome.suite))) {
  print(
    suite,
    outcomes.filter((outcome) => outcome.suite === suite),
  );
}
