// The guides, in the order in which a newcomer reads them.
export const GUIDES = [
  'first-command',
  'choose-a-backend',
  'credentials',
  'many-commands',
  'streams-and-timeouts',
  'errors',
  'testing',
  'write-a-backend',
  'server',
  'from-python',
  'from-c',
  'from-perl',
  'bundling',
  'observing',
  'troubleshooting',
  'how-it-works',
];
