// A stranger's ES module: loads every entry of every package, and uses them.
import * as core from '@remctl/core';
import * as testing from '@remctl/testing';
import entries from './entries.cjs';
import scenario from './scenario.cjs';

const loaded = [];
for (const entry of entries) {
  if (Object.keys(await import(entry)).length > 0) {
    loaded.push(entry);
  }
}
console.log(JSON.stringify({ loaded, ...(await scenario.runScenario(core, testing)) }));
