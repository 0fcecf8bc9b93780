// node tests/package/matrix/run.mjs: the packed tarball where installing or building is slow: other versions of Vite, Parcel, Next, Deno.
import { launch } from '../lib/chromium.mjs';
import { check, close } from '../lib/checks.mjs';
import { fixtures, install } from '../lib/consumer.mjs';
import { inDeno } from './checks/deno.mjs';

import { inNext } from './checks/next.mjs';
import { inParcel } from './checks/parcel.mjs';
import { inVites } from './checks/vites.mjs';
import { consumer, own } from './lib.mjs';

console.log('the tarball in a project of its own');
let there = false;
await check('npm install of the tarball, offline', async () => {
  await install(consumer, [fixtures, own]);
  there = true;
});
if (there) {
  await inDeno();
  const browser = await launch();
  try {
    await inVites(browser);
    await inParcel(browser);
    await inNext(browser);
  } finally {
    await browser.close();
  }
}
close();
