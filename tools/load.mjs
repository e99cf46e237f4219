// The program of `pnpm load`: loads one backend, or each in turn.
//
// packages/conformance/src/load has the load itself.
import { parseArgs } from 'node:util';
import { BACKENDS, importBackendMaker, importCompiled } from './compiled.mjs';
import { loudly, stop } from './steps.mjs';

const USAGE = `pnpm load [--backend ${Object.keys(BACKENDS).join('|')}] [--connections N] [--commands N] [--servers N] [--opens-at-once N]`;

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
    return stop(
      `There is no backend ${values.backend}; the backends are ${Object.keys(BACKENDS).join(' and ')}.\n${USAGE}`,
    );
  } catch (error) {
    return stop(`${error.message}\n${USAGE}`);
  }
}

/** Runs the load and prints its report. Returns the exit status: 1 if there were faults. */
async function load({ backend, connections, commands, servers, 'opens-at-once': opensAtOnce }) {
  const { runLoad, formatReport } = await importCompiled('conformance', 'load', 'index.js');
  const report = await runLoad({
    backend: await importBackendMaker(backend),
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
  process.exitCode = await load(values);
} else {
  // Each backend gets a process of its own: memory and descriptors are counted by process.
  for (const backend of Object.keys(BACKENDS)) {
    const args = [...process.argv.slice(1), '--backend', backend];
    process.exitCode ||= await loudly(process.execPath, args);
  }
}
