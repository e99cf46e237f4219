// Measures one backend's run on many hosts, and sends the numbers to the parent process.
//
// Arguments: the backend's name, port, the servers' principal, number of hosts, `one` or `each` for the addresses.
import { readdirSync } from 'node:fs';
import { runOnHosts } from '@remctl/core';
import { BACKENDS } from './backends.mjs';

const [name, port, principal, count, addresses] = process.argv.slice(2);
/** Milliseconds between two looks at the process. */
const SAMPLE_MS = 20;
const BYTES_PER_MB = 1e6;

const peak = { descriptors: 0, heap: 0, resident: 0, timers: 0 };

function look() {
  const { heapUsed, rss } = process.memoryUsage();
  const timers = process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
  const now = {
    descriptors: readdirSync('/proc/self/fd').length,
    heap: heapUsed,
    resident: rss,
    timers,
  };
  for (const [what, value] of Object.entries(now)) {
    peak[what] = Math.max(peak[what], value);
  }
}

/** Addresses in the last two bytes of a loopback address; 0 and 255 are left out. */
const IN_A_BYTE = 254;

/** One server stands for all hosts, by one address or by one for each. */
function hostOf(index) {
  const [high, low] = [Math.floor(index / IN_A_BYTE), index % IN_A_BYTE];
  return addresses === 'each' ? `127.1.${high}.${low + 1}` : 'localhost';
}

const hosts = Array.from({ length: Number(count) }, (_, index) => hostOf(index));

const results = { finished: 0, failed: 0, 'not-begun': 0 };
const options = { backend: BACKENDS[name](), port: Number(port), principal };
const sampling = setInterval(look, SAMPLE_MS);
const begun = performance.now();
for await (const { type } of runOnHosts(hosts, ['echo', 'hello'], options)) {
  results[type] += 1;
}
const milliseconds = performance.now() - begun;
clearInterval(sampling);
look();
const mb = (bytes) => Math.round(bytes / BYTES_PER_MB);
process.send({
  finished: results.finished,
  failed: results.failed,
  'time, ms': Math.round(milliseconds),
  'hosts/s': Math.round((Number(count) * 1000) / milliseconds),
  'peak descriptors': peak.descriptors,
  'peak timers': peak.timers,
  'peak heap, MB': mb(peak.heap),
  'peak RSS, MB': mb(peak.resident),
});
process.disconnect();
