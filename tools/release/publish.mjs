// Publishes packed packages with npm, and knows which are published already.
import { spawnSync } from 'node:child_process';
import { environment, loudly, stop } from '../steps.mjs';

function registryArguments({ registry }) {
  return registry === undefined ? [] : ['--registry', registry];
}

/** Returns whether the registry has this version. An answer that is neither yes nor no ends the process. */
export function isPublished({ manifest: { name, version } }, options) {
  const args = ['view', `${name}@${version}`, 'version', '--json', ...registryArguments(options)];
  const { status, stdout, stderr } = spawnSync('npm', args, {
    env: environment(),
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status === 0) {
    return stdout.includes(version);
  }
  if (`${stdout}${stderr}`.includes('E404')) {
    return false;
  }
  return stop(`The registry did not say whether it has ${name} ${version}:\n${stdout}${stderr}`);
}

/** Publishes a packed package. A failure ends the process: run the release again, it goes on from here. */
export async function publish({ tarball, manifest }, options) {
  const { tag, provenance } = options;
  // npm prints the list of files unless it is told not to, and no error if `npm run` was told to be silent.
  const args = ['publish', tarball, '--access', 'public', '--tag', tag, '--loglevel=warn'];
  // Only said if it is wanted off: publishConfig wants it on.
  const without = provenance ? [] : ['--provenance=false'];
  const status = await loudly('npm', [...args, ...without, ...registryArguments(options)]);
  if (status !== 0) {
    stop(
      `${manifest.name} ${manifest.version} was not published (see above). Run the release again.`,
    );
  }
}
