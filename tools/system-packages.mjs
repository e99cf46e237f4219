// Installs the system's packages that tests and demo need.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { has, quietly, say, stop } from './steps.mjs';

/**
 * Debian's packages, each with a file that proves that it is installed: `*` stands for any name of a
 * folder. Packages `forTests` are not needed by the demo.
 */
const SYSTEM = [
  { package: 'krb5-kdc', file: '/usr/sbin/krb5kdc' },
  { package: 'krb5-admin-server', file: '/usr/sbin/kadmin.local' },
  { package: 'krb5-user', file: '/usr/bin/kinit' },
  { package: 'remctl-server', file: '/usr/sbin/remctld' },
  { package: 'remctl-client', file: '/usr/bin/remctl' }, // it brings libremctl
  { package: 'build-essential', file: '/usr/bin/g++' },
  { package: 'libremctl-dev', file: '/usr/include/remctl.h', forTests: true },
  { package: 'libkrb5-dev', file: '/usr/include/krb5.h', forTests: true },
  { package: 'python3', file: '/usr/bin/python3', forTests: true },
  { package: 'krb5-k5tls', file: '/usr/lib/*/krb5/plugins/tls/k5tls.so', forTests: true },
  {
    package: 'python3-kdcproxy',
    file: '/usr/lib/python3/dist-packages/kdcproxy/__init__.py',
    forTests: true,
  },
  {
    package: 'krb5-pkinit',
    file: '/usr/lib/*/krb5/plugins/preauth/pkinit.so',
    forTests: true,
  },
  { package: 'krb5-otp', file: '/usr/lib/*/krb5/plugins/preauth/otp.so', forTests: true },
  { package: 'openssl', file: '/usr/bin/openssl', forTests: true },
  { package: 'faketime', file: '/usr/bin/faketime', forTests: true },
  { package: 'iproute2', file: '/sbin/ip', forTests: true },
  { package: 'zsh', file: '/usr/bin/zsh', forTests: true },
  { package: 'fish', file: '/usr/bin/fish', forTests: true },
  {
    package: 'python3-pyremctl',
    file: '/usr/lib/python3/dist-packages/remctl.py',
    forTests: true,
  },
  {
    package: 'libnet-remctl-perl',
    file: '/usr/lib/*/perl5/*/Net/Remctl.pm',
    forTests: true,
  },
  {
    package: 'ruby-remctl',
    file: '/usr/lib/*/ruby/vendor_ruby/*/remctl.so',
    forTests: true,
  },
];

/** Returns what to install on each kind of system, for people who install it themselves. */
function installHelp(needed) {
  const debian = needed.map((entry) => entry.package).join(' ');
  const forTests = needed.some((entry) => entry.forTests === true);
  const fedora = forTests
    ? ' krb5-devel remctl-devel make python3 krb5-pkinit python3-kdcproxy openssl libfaketime iproute zsh fish remctl-perl remctl-ruby, and pyremctl of PyPI'
    : '';
  return `Install these, and run the command again:
  Debian, Ubuntu  apt-get install ${debian}
  Fedora          dnf install krb5-server krb5-workstation remctl gcc-c++${fedora}
  Homebrew        brew install krb5 remctl python3 (and Xcode's command line tools)`;
}

/**
 * Installs the packages that are missing, for `system` or `tests`. If it cannot, it prints what to
 * install and ends the process.
 */
export function installSystemPackages(purpose) {
  const needed = SYSTEM.filter((entry) => entry.forTests !== true || purpose === 'tests');
  const missing = needed.filter(({ file }) => !isThere(file)).map((entry) => entry.package);
  if (missing.length === 0) {
    say('system packages: all installed');
    return;
  }
  const isRoot = process.getuid?.() === 0;
  if (!has('apt-get') || !isRoot) {
    const why = isRoot ? 'this system has no apt-get' : 'only root can install them';
    stop(
      `These system packages are missing: ${missing.join(' ')} (${why}).\n${installHelp(needed)}`,
    );
  }
  say(`system packages: installing ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if (quietly('apt-get', ['update'], { env }) && quietly('apt-get', install, { env })) {
    return;
  }
  stop(`apt-get could not install ${missing.join(' ')} (see above).\n${installHelp(needed)}`);
}

/** Returns whether a file is there; `*` stands for any name of a folder. */
function isThere(pattern) {
  const star = pattern.indexOf('/*/');
  if (star === -1) {
    return existsSync(pattern);
  }
  const folder = pattern.slice(0, star);
  const rest = pattern.slice(star + '/*/'.length);
  return (
    existsSync(folder) && readdirSync(folder).some((name) => isThere(join(folder, name, rest)))
  );
}
