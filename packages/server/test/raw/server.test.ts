/** What our server answers to raw tokens: the same as remctld, or a difference with its reason. */
import { OUR_SERVER } from '../support/our-remctld.js';
import { rawSuite } from './suite.js';

rawSuite('ours', OUR_SERVER);
