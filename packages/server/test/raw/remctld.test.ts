/** What remctld answers to raw tokens: the record that ours is compared with. */
import { rawSuite } from './suite.js';

rawSuite('remctld');
