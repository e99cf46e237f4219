/** What to install, said at build time and at run time alike. */
export const INSTALL_HELP =
  'It needs libremctl and, to be built, its header and a C++ compiler: ' +
  'Debian and Ubuntu: apt-get install libremctl-dev build-essential python3; ' +
  'Fedora: dnf install remctl-devel gcc-c++ make python3; ' +
  'Homebrew: brew install remctl; ' +
  'then: npm rebuild @remctl/native-backend. ' +
  'Or use the pure backend, which needs none of it.';
