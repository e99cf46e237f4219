// Checks that a prebuilt addon runs wherever Node does: what it asks of a system.
import { spawnSync } from 'node:child_process';

/** The libraries that an addon may need, by C library. Every process of Node has them. */
const NEEDED = {
  glibc: /^(libc\.so\.6|libpthread\.so\.0|libdl\.so\.2|ld-linux-[\w-]+\.so\.\d)$/,
  musl: /^libc\.so$/,
};

/** The glibc that Node itself needs: 2.28. */
const NEWEST_GLIBC_MINOR = 28;

/** Processors as readelf names them. */
const MACHINES = { x64: 'Advanced Micro Devices X86-64', arm64: 'AArch64' };

/**
 * Returns what is wrong with an addon for a system (`linux-x64-glibc`), one line each. Throws an
 * Error if the file cannot be read, or there is no readelf.
 */
export function faultsOf(file, system) {
  const [, arch, libc] = system.split('-');
  const readelf = spawnSync('readelf', ['-W', '-h', '-d', '-V', file], { encoding: 'utf8' });
  const { status, stdout, stderr, error } = readelf;
  if (status !== 0) {
    throw new Error(`readelf ${file}: ${error ?? stderr}`);
  }
  const machine = /^ *Machine: +(.*)$/m.exec(stdout)?.[1];
  const needed = [...stdout.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
  const versions = [...stdout.matchAll(/\bGLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  const newest = Math.max(0, ...versions);
  return [
    ...(machine === MACHINES[arch] ? [] : [`it is for ${machine}`]),
    ...needed.filter((name) => !NEEDED[libc].test(name)).map((name) => `it needs ${name}`),
    ...(newest > NEWEST_GLIBC_MINOR ? [`it needs glibc 2.${newest}`] : []),
    ...(/\((RPATH|RUNPATH)\)/.test(stdout)
      ? ['it looks for libraries in a folder of its own']
      : []),
  ];
}
