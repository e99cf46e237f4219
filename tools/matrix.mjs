// The program of `npm run matrix`: runs the pure backend's suites on each runtime and prints a table.
//
// `npm run matrix -- [runtime...] [--suite NAME]...`. The exit status is 1 if a case failed.
import { parseArgs } from 'node:util';
import { importCompiled } from './compiled.mjs';
import { commandOf, installRuntimes, RUNTIMES } from './runtimes.mjs';
import { say, stop } from './steps.mjs';

/** What runs on each runtime, in this order. */
const SUITES = [
  { suite: 'conformance', protocol: 2 },
  { suite: 'conformance', protocol: 1 },
  { suite: 'hostile', protocol: 2 },
  { suite: 'cuts', protocol: 2 },
  { suite: 'cuts', protocol: 1 },
  { suite: 'faults', protocol: 2 },
  { suite: 'addresses', protocol: 2 },
  { suite: 'names', protocol: 2 },
  { suite: 'shortages', protocol: 2 },
  { suite: 'resources', protocol: 2 },
];
const NAMES = [...new Set(SUITES.map(({ suite }) => suite))];
const IDS = RUNTIMES.map(({ id }) => id);
const USAGE = `npm run matrix -- [${IDS.join('|')}]... [--suite ${NAMES.join('|')}]...`;

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: { suite: { type: 'string', multiple: true, default: NAMES } },
      allowPositionals: true,
    });
    const unknown = [
      ...positionals.filter((id) => !IDS.includes(id)),
      ...values.suite.filter((name) => !NAMES.includes(name)),
    ];
    if (unknown.length > 0) {
      throw new Error(`There is no runtime or suite ${unknown.join(', ')}.`);
    }
    return {
      ids: positionals.length > 0 ? positionals : IDS,
      wanted: SUITES.filter(({ suite }) => values.suite.includes(suite)),
    };
  } catch (error) {
    return stop(`${error.message}\n${USAGE}`);
  }
}

const nameOf = ({ suite, protocol }) => (protocol === 1 ? `${suite}, protocol 1` : suite);

/** A cell of the table: `122`, or `121, 1 FAILED`, or `121, 1 not supported`. */
function cell({ passed, failed, unsupported }) {
  return [
    String(passed.length),
    ...(failed.length > 0 ? [`${failed.length} FAILED`] : []),
    ...(unsupported.length > 0 ? [`${unsupported.length} not supported`] : []),
  ].join(', ');
}

function printTable(rows) {
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  for (const row of rows) {
    console.log(
      row
        .map((text, at) => text.padEnd(widths[at]))
        .join('  ')
        .trimEnd(),
    );
  }
}

/** Prints each reason and below it its runtimes and cases. */
function printReasons(results) {
  const reasons = new Map();
  for (const { title, unsupported, leftOut } of results) {
    const exceptions = [
      ...unsupported,
      ...leftOut.map(({ id, reason }) => ({ id: `names/*, the host ${id}`, reason })),
    ];
    for (const { id, reason } of exceptions) {
      const cases = reasons.get(reason) ?? new Map();
      cases.set(id, [...(cases.get(id) ?? []), title]);
      reasons.set(reason, cases);
    }
  }
  for (const [reason, cases] of reasons) {
    console.log(`\n${reason}`);
    for (const [id, titles] of cases) {
      console.log(`    ${id}: ${titles.join(', ')}`);
    }
  }
}

const { ids, wanted } = readArguments();
if (!installRuntimes(ids)) {
  stop('The runtimes could not be installed (see above).');
}
const { runSuite } = await importCompiled('runtimes', 'index.js');
const results = [];
for (const { id, title } of RUNTIMES.filter((each) => ids.includes(each.id))) {
  for (const run of wanted) {
    const result = await runSuite({ runtime: id, command: commandOf(id), ...run });
    results.push({ title, name: nameOf(run), ...result });
    say(`${title}: ${nameOf(run)}: ${cell(result)}`);
    for (const { id: failedId, failure } of result.failed) {
      console.error(`FAILED ${failedId}: ${failure}`);
    }
  }
}

const titles = [...new Set(results.map(({ title }) => title))];
console.log('\nthe pure backend: cases that passed, by suite and runtime (reasons below)\n');
printTable([
  ['suite', ...titles],
  ...wanted
    .map(nameOf)
    .map((name) => [
      name,
      ...titles.map((title) => cell(results.find((r) => r.title === title && r.name === name))),
    ]),
]);
printReasons(results);
const failed = results.reduce((sum, result) => sum + result.failed.length, 0);
console.log(`\n${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
