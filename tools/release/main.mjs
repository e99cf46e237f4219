// Program of `npm run release`: builds, checks, packs and publishes every public package.
//
// It works in a fresh clone: it installs what it needs. RELEASING.md says when to run it.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUp } from '../setup.mjs';
import { quietly, say, stop } from '../steps.mjs';
import { readArguments } from './arguments.mjs';
import { requireCleanTree } from './clean-tree.mjs';
import { publicPackages } from './public-packages.mjs';
import { isPublished, publish } from './publish.mjs';
import { tagVersion } from './tag.mjs';

const PREBUILT = 'addon:prebuilt';

/** Builds what a package has prebuilt, such as the addon for every system. */
function prebuild(packages) {
  for (const { manifest } of packages.filter(({ manifest }) => PREBUILT in manifest.scripts)) {
    say(`prebuilt parts of ${manifest.name}`);
    if (!quietly('pnpm', ['--filter', manifest.name, 'run', PREBUILT])) {
      stop(`${manifest.name} could not be prebuilt (see above).`);
    }
  }
}

/** Packs and checks every package. A complaint ends the process. */
async function packAndCheck(packages, folder) {
  // Loaded late: setUp() installs what the checks import.
  const { checkAll, checkPacked } = await import('./checks.mjs');
  const { pack } = await import('./pack.mjs');
  say('checks: versions and addresses');
  const complaints = checkAll();
  const packed = packages.map((each) => pack(each, folder));
  for (const each of packed) {
    const { name, version } = each.manifest;
    say(
      `checks: ${name} ${version}, ${each.files.length} files, ${statSync(each.tarball).size} bytes packed`,
    );
    complaints.push(...(await checkPacked(each)));
  }
  if (complaints.length > 0) {
    stop(`Nothing was published:\n${complaints.map((line) => `- ${line}`).join('\n')}`);
  }
  return packed;
}

const options = readArguments();
requireCleanTree();
await setUp('release');
const packages = publicPackages();
const folder = mkdtempSync(join(tmpdir(), 'remctl-release-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
if (!options.keepPrebuilt) {
  prebuild(packages);
}
const packed = await packAndCheck(packages, folder);
if (options.isDryRun) {
  say('dry run: everything is ready, and nothing was published');
} else {
  for (const each of packed) {
    const { name, version } = each.manifest;
    if (isPublished(each, options)) {
      say(`${name} ${version}: already published`);
    } else {
      say(`${name} ${version}: publishing it`);
      await publish(each, options);
    }
  }
  tagVersion(packed[0].manifest.version);
}
