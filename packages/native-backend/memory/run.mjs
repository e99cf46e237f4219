// Runs conformance cases in this one process, which a tool watches.
//
// The first argument is the folder of the copy of this package. Further arguments are `--protocol
// 1`, `--suite NAME` once or more, and ids of cases, or `area/` for all cases of an area. Without
// ids, every case of the suites runs.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { runCases, suites } from '@remctl/conformance';
import { HOSTILE_DIFFERENCES, HOSTILE_TEXTS } from '../test/hostile-texts.mjs';

// The tool watches this process; the programs that it starts must not run under it.
delete process.env.LD_PRELOAD;

const { values, positionals } = parseArgs({
  options: {
    protocol: { type: 'string', default: '2' },
    suite: { type: 'string', multiple: true, default: ['conformance', 'resources'] },
  },
  allowPositionals: true,
});
const [folder, ...wanted] = positionals;
const { createNativeBackend } = await import(pathToFileURL(join(folder, 'dist', 'index.js')).href);

const isWanted = ({ id }) =>
  wanted.some((name) => id === name || (name.endsWith('/') && id.startsWith(name)));
const cases = values.suite
  .flatMap((suite) => suites[suite])
  .filter((each) => wanted.length === 0 || isWanted(each));

let passed = 0;
let failed = 0;
await runCases({
  backend: createNativeBackend,
  cases,
  says: HOSTILE_TEXTS,
  differs: HOSTILE_DIFFERENCES,
  protocol: values.protocol === '1' ? 1 : 2,
  onResult({ id }, { error }) {
    if (error === undefined) {
      passed += 1;
    } else {
      failed += 1;
      console.log(`FAILED ${id}: ${error.message}`);
    }
  },
});
console.log(`${passed} cases passed, ${failed} failed, protocol ${values.protocol}`);
process.exitCode = failed > 0 ? 1 : 0;
