// node tests/package/run.mjs: the packed tarball, installed and used as users do.
import { contents } from './checks/contents.mjs';
import { inBrowsers } from './checks/browsers.mjs';
import { lint } from './checks/lint.mjs';
import { inNode } from './checks/node.mjs';
import { check, close } from './lib/checks.mjs';
import { consumer, fixtures, install, validator } from './lib/consumer.mjs';

console.log('the tarball in a project of its own');
let there = false;
await check('npm install of the tarball, offline', async () => {
  // An optional peer, installed as its users do.
  await install(consumer, [fixtures], [validator]);
  there = true;
});
if (there) {
  await contents();
  await lint();
  await inNode();
  await inBrowsers();
}
close();
