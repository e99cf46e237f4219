/** The program of `withDns`: a name server, and a command beside it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { startDnsServer } from './dns-server.js';

const [records = '', command = '', ...args] = process.argv.slice(2);
await using _server = await startDnsServer(JSON.parse(readFileSync(records, 'utf8')));
const child = spawn(command, args, { stdio: 'inherit' });
const [status] = await once(child, 'exit');
process.exitCode = status ?? 1;
