/** What to install, for errors. */

/** Ends each error of this package: another way that needs nothing of it. */
export const OTHERWISE = 'Or use the pure backend, which needs none of it.';

/** How to install libremctl, and with it MIT Kerberos. */
export const LIBREMCTL_HELP =
  'Debian and Ubuntu: apt-get install libremctl1; Fedora: dnf install remctl; ' +
  'Homebrew: brew install remctl krb5; elsewhere, as on Alpine: its package if there is one, ' +
  'else build release 3.5 or later of remctl from its source. A library in a folder of its own ' +
  'is found if LD_LIBRARY_PATH (on macOS DYLD_LIBRARY_PATH) names the folder when the process starts.';

/** How to install the libraries that libremctl needs. */
export const KRB5_HELP =
  'Debian and Ubuntu: apt-get install libkrb5-3 libgssapi-krb5-2; Fedora: dnf install krb5-libs; ' +
  'Alpine: apk add krb5-libs; Homebrew: brew install krb5.';

/** How to install a C++ compiler. */
export const COMPILER_HELP =
  'Debian and Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++; Alpine: apk add g++; ' +
  'macOS: xcode-select --install';
