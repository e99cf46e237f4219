// A stranger's CommonJS program: requires every entry of every package, and uses them.
const entries = require('./entries.cjs');
const { runScenario } = require('./scenario.cjs');

const loaded = entries.filter((entry) => Object.keys(require(entry)).length > 0);
runScenario(require('@remctl/core'), require('@remctl/testing')).then((done) =>
  console.log(JSON.stringify({ loaded, ...done })),
);
