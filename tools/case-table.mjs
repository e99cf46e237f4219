// Prints a table of cases and backends: what each backend did with each case.
//
// It reads packages/*/.results/outcomes-*.json, which the suites write.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceFolders } from './workspace.mjs';

const MARKS = { pass: 'pass', fail: 'FAIL', unsupported: '-' };
const NOT_RUN = '?';

function readOutcomes() {
  const outcomes = [];
  for (const workspace of workspaceFolders()) {
    const folder = join(workspace, '.results');
    if (!existsSync(folder)) {
      continue;
    }
    for (const file of readdirSync(folder).sort()) {
      if (!/^outcomes-.*\.json$/.test(file)) {
        continue;
      }
      outcomes.push(...JSON.parse(readFileSync(join(folder, file), 'utf8')));
    }
  }
  return outcomes;
}

function printTable(rows) {
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  for (const row of rows) {
    const cells = row.map((cell, at) => cell.padEnd(widths[at]));
    console.log(cells.join('  ').trimEnd());
  }
}

/** Prints each reason and below it its cases. A pair is a reason and a case's id. */
function printReasons(pairs) {
  const reasons = new Map();
  for (const [reason, id] of pairs) {
    reasons.set(reason, [...(reasons.get(reason) ?? []), id]);
  }
  console.log('');
  for (const [reason, cases] of reasons) {
    console.log(`${reason}\n    ${cases.join(', ')}`);
  }
  console.log('');
}

/** A table of one suite's results, and below it why cases are declared as unsupported. */
function print(suite, outcomes) {
  const backends = [...new Set(outcomes.map(({ backend }) => backend))];
  const ids = [...new Set(outcomes.map(({ id }) => id))].sort();
  console.log(`\n${suite}: case x backend (- stands for declared as unsupported, reasons below)\n`);
  printTable([
    ['case', ...backends],
    ...ids.map((id) => [
      id,
      ...backends.map((backend) => {
        const outcome = outcomes.find((o) => o.id === id && o.backend === backend);
        return outcome === undefined ? NOT_RUN : MARKS[outcome.result];
      }),
    ]),
  ]);
  const declared = outcomes.filter(({ reason }) => reason !== undefined);
  printReasons(declared.map(({ backend, reason, id }) => [`${backend}: ${reason}`, id]));
}

/**
 * A table of what ours must do and what the other program does, and below it why they differ. The
 * other program is the second key of each `comparison`: libremctl beside backends, remctld beside
 * the server.
 */
function printComparison(suite, outcomes) {
  const compared = outcomes.filter(({ comparison }) => comparison !== undefined);
  const byId = new Map(compared.map(({ id, comparison }) => [id, comparison]));
  if (byId.size === 0) {
    return;
  }
  const exceptions = (id) =>
    compared.filter((outcome) => outcome.id === id && outcome.differs !== undefined);
  const [other] = Object.keys(compared[0].comparison).filter(
    (key) => key !== 'ours' && key !== 'difference',
  );
  console.log(`${suite}: what ours does beside what ${other} does (reasons below)\n`);
  printTable([
    ['case', 'ours', other],
    ...[...byId].map(([id, comparison]) => [
      id,
      [
        comparison.ours,
        ...exceptions(id).map((each) => `(${each.backend}: ${each.differs.ending})`),
      ].join(' '),
      comparison[other],
    ]),
  ]);
  printReasons(
    [...byId].flatMap(([id, { difference }]) =>
      [difference, ...exceptions(id).map(({ differs }) => differs.because)]
        .filter((reason) => reason !== undefined)
        .map((reason) => [reason, id]),
    ),
  );
}

const outcomes = readOutcomes();
for (const suite of new Set(outcomes.map((outcome) => outcome.suite))) {
  const ofSuite = outcomes.filter((outcome) => outcome.suite === suite);
  print(suite, ofSuite);
  printComparison(suite, ofSuite);
}
