/** What to install, for errors at build time and at run time. */
export const INSTALL_HELP =
  'It needs libremctl, libkrb5 and, to be built, their headers and a C++ compiler: ' +
  'Debian and Ubuntu: apt-get install libremctl-dev libkrb5-dev build-essential python3; ' +
  'Fedora: dnf install remctl-devel krb5-devel gcc-c++ make python3; ' +
  'Homebrew: brew install remctl krb5; ' +
  'then: npm rebuild @remctl/native-backend. ' +
  'Or use the pure backend, which needs none of it.';
