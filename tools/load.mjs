// `pnpm load`: the load of packages/conformance/src/load in full, on one backend or on each of them.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { loudly, ROOT, stop } from './steps.mjs';

const BACKENDS = { pure: 'createPureBackend', native: 'createNativeBackend' };
const USAGE = `pnpm load [--backend ${Object.keys(BACKENDS).join('|')}] [--connections N] [--commands N] [--servers N] [--opens-at-once N]`;

const compiled = (name, ...path) =>
  import(pathToFileURL(join(ROOT, 'packages', name, 'dist', ...path)).href);

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        backend: { type: 'string' },
        connections: { type: 'string', default: '1000' },
        commands: { type: 'string', default: '100000' },
        servers: { type: 'string', default: '4' },
        'opens-at-once': { type: 'string', default: '32' },
      },
    });
    if (values.backend === undefined || Object.hasOwn(BACKENDS, values.backend)) {
      return values;
    }
    return stop(`There is no backend ${values.backend}.\n${USAGE}`);
  } catch (error) {
    return stop(`${error.message}\n${USAGE}`);
  }
}

async function run({ backend, connections, commands, servers, 'opens-at-once': opensAtOnce }) {
  const { runLoad, formatReport } = await compiled('conformance', 'load', 'index.js');
  const module = await compiled(`${backend}-backend`, 'index.js');
  const report = await runLoad({
    backend: module[BACKENDS[backend]],
    connections: Number(connections),
    commands: Number(commands),
    servers: Number(servers),
    opensAtOnce: Number(opensAtOnce),
  });
  console.log(formatReport(report));
  return report.faults.length === 0 ? 0 : 1;
}

const values = readArguments();
if (values.backend !== undefined) {
  process.exitCode = await run(values);
} else {
  // A process for each, so that what one holds is not taken for the other's.
  for (const backend of Object.keys(BACKENDS)) {
    const args = [...process.argv.slice(1), '--backend', backend];
    process.exitCode ||= await loudly(process.execPath, args);
  }
}
