// The rows of the table, in its order.
import { fanout } from './fanout.mjs';
import { key } from './key.mjs';
import { lates } from './late.mjs';
import { messages } from './messages.mjs';
import { pages } from './page.mjs';
import { writes } from './writes.mjs';

export const rows = [...messages, ...key, writes, fanout, ...lates, ...pages];
