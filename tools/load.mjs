// The program of `npm run load`: loads backends and servers.
//
// packages/conformance/src/load and server-load have the loads themselves.
import { parseArgs } from 'node:util';
import { BACKENDS, importBackendMaker, importCompiled } from './compiled.mjs';
import { loadServer, SERVERS } from './load-server.mjs';
import { loudly, stop } from './steps.mjs';

const USAGE = `npm run load -- [--backend ${Object.keys(BACKENDS).join('|')}] [--connections N] [--commands N] [--servers N] [--opens-at-once N]
npm run load -- [--server ${SERVERS.join('|')}] [--connections N] [--commands N] [--processes N] [--kills N]`;

/** Ends the process unless `value` is one of `known` or undefined. */
function checkName(what, value, known) {
  if (value !== undefined && !known.includes(value)) {
    stop(`There is no ${what} ${value}; there are ${known.join(' and ')}.\n${USAGE}`);
  }
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        backend: { type: 'string' },
        server: { type: 'string' },
        connections: { type: 'string', default: '1000' },
        commands: { type: 'string', default: '100000' },
        servers: { type: 'string', default: '4' },
        'opens-at-once': { type: 'string', default: '32' },
        processes: { type: 'string', default: '8' },
        kills: { type: 'string', default: '40' },
      },
    });
    checkName('backend', values.backend, Object.keys(BACKENDS));
    checkName('server', values.server, SERVERS);
    return values;
  } catch (error) {
    return stop(`${error.message}\n${USAGE}`);
  }
}

/** Runs the load and prints its report. Returns the exit status: 1 if there were faults. */
async function loadBackend({
  backend,
  connections,
  commands,
  servers,
  'opens-at-once': opensAtOnce,
}) {
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
  process.exitCode = await loadBackend(values);
} else if (values.server !== undefined) {
  process.exitCode = await loadServer(values.server, values);
} else {
  // Each gets a process of its own: memory and descriptors are counted by process.
  const all = [
    ...Object.keys(BACKENDS).map((name) => ['--backend', name]),
    ...SERVERS.map((name) => ['--server', name]),
  ];
  for (const choice of all) {
    process.exitCode ||= await loudly(process.execPath, [...process.argv.slice(1), ...choice]);
  }
}
