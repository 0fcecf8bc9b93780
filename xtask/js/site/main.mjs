// node xtask/js/site/main.mjs: the documentation and the playground, for `cargo xtask demo`.
import { build } from './build.mjs';
import { target } from './paths.mjs';

const pages = build(target);
console.log(`    ${pages.length} pages`);
