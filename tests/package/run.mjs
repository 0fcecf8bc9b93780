// node tests/package/run.mjs: the packed tarball, installed and used as users do.
import { mkdir } from 'node:fs/promises';
import { contents } from './checks/contents.mjs';
import { inBrowsers } from './checks/browsers.mjs';
import { inNode } from './checks/node.mjs';
import { check, close } from './lib/checks.mjs';
import { consumer, install } from './lib/consumer.mjs';

console.log('the tarball in a project of its own');
let there = false;
await check('npm install of the tarball, offline', async () => {
  await install();
  await mkdir(`${consumer}/out`, { recursive: true });
  there = true;
});
if (there) {
  await contents();
  await inNode();
  await inBrowsers();
}
close();
